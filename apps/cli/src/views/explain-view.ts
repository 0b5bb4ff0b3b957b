import type { Explanation } from '@ablate/contracts';
import { table } from './table.js';

const shown = (value: unknown): string => (value === undefined ? '(absent)' : JSON.stringify(value));

/** Why a stage hit or missed. */
export function explainView(explanation: Explanation): string {
  const { key, stage, outcome, sentence, waits, nearest, differences, bitExact } = explanation;
  return [
    `${stage} ${key}`,
    `${outcome}: ${sentence}`,
    ...(waits === null ? [] : [`waits: ${waits}`]),
    ...(differences.length === 0
      ? []
      : [
          '',
          `Nearest stage: ${nearest}`,
          '',
          table(
            [{ title: 'field' }, { title: 'here' }, { title: 'there' }],
            differences.map(({ path, here, there }) => [path, shown(here), shown(there)]),
          ),
        ]),
    ...(bitExact
      ? []
      : ['', 'Not bit-exact: it went on from a checkpoint that another kind of processor wrote.']),
  ].join('\n');
}
