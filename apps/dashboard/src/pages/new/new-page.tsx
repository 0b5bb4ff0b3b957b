export const NewPage = () => null;
