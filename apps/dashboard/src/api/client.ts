import { createClient } from '@ablate/contracts';

/** The API that served this page. */
export const client = createClient({ baseUrl: window.location.origin });
