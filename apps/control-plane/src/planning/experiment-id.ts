import { randomBytes } from 'node:crypto';

const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40) || 'grid';

/** A name that a person can type, and enough chance that no two are equal. */
export const experimentId = (name: string): string => `${slug(name)}-${randomBytes(3).toString('hex')}`;
