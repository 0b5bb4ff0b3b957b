import { readFileSync } from 'node:fs';

/** A fixture of reference values; `fixtures/README.md` names their sources. */
export const golden = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8')) as T;
