import { AblateError } from '@ablate/errors';
import type { Database } from './database.js';

/** Puts tags on an experiment and takes others off, in one statement; throws TOO_MANY_TAGS and changes nothing beyond `most`. */
export async function changeTags(
  database: Database,
  id: string,
  {
    add,
    remove,
    most,
  }: { readonly add: readonly string[]; readonly remove: readonly string[]; readonly most: number },
): Promise<void> {
  await database.$transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ n: number }[]>`
      UPDATE experiments SET tags = ARRAY(
        SELECT DISTINCT tag FROM unnest(tags || ${[...add]}::text[]) AS tag WHERE tag <> ALL(${[...remove]}::text[]) ORDER BY tag)
      WHERE id = ${id} RETURNING cardinality(tags) AS n`;
    if ((rows[0]?.n ?? 0) > most)
      throw new AblateError('TOO_MANY_TAGS', `Experiment "${id}" would have ${rows[0]!.n} tags.`, {
        path: 'add',
        value: rows[0]!.n,
        rule: `At most ${most}.`,
        fix: 'Take some off first.',
      });
  });
}
