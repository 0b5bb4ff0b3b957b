export const WorkersPage = () => null;
