import { bootstrapMean, compareQuestions, mcnemar, questionDifferences, signFlip } from '@ablate/analysis';
import type { JsonObject, OracleCase } from '../oracle-case.js';
import { numeric } from '../table.js';

/** Columns come in pairs: `first` and `second`, then the same with a suffix. */
export function questions({ spec, rows, file, expected }: OracleCase): object {
  const alpha = spec.alpha ?? 0.05;
  const files = (spec['files'] ?? {}) as Readonly<Record<string, string>>;
  const name = Object.keys(files).find((key) => key.includes('bootstrap')) ?? 'bootstrap_indices.json';
  const indices = JSON.parse(file(name)) as readonly (readonly number[])[];
  const firstRows = Number(
    /first (\d+) rows/.exec((spec.notes ?? []).join(' '))?.[1] ?? Math.min(12, rows.length),
  );
  const columns = Object.keys(rows[0] ?? {}).filter((key) => /^first(_|$)/.test(key));
  const blocks = columns.map((column) => {
    const marks = (key: string): number[] =>
      rows.map((row, i) => {
        const mark = numeric(row[key]);
        if (mark === null) throw new Error(`row ${i + 1} has no mark in '${key}'`);
        return mark;
      });
    const [first, second] = [marks(column), marks(column.replace('first', 'second'))];
    const differences = questionDifferences(first, second);
    const { means, ...bootstrap } = bootstrapMean(differences, indices, alpha);
    const block = {
      ...compareQuestions(first, second, { alpha, draws: 100 }),
      bootstrap: { ...bootstrap, first_five_bootstrap_means: means.slice(0, 5) },
      sign_flip_permutation: {
        questions: `first ${firstRows} rows`,
        ...signFlip(differences.slice(0, firstRows)),
      },
    };
    return [column === 'first' ? 'binary' : column.slice('first_'.length), block];
  });
  const more = (expected['mcnemar_more'] ?? []) as readonly JsonObject[];
  return {
    ...(Object.fromEntries(blocks) as object),
    // The tables stand beside the answers.
    mcnemar_more: more.map((table) =>
      mcnemar(Number(table['only_first_right']), Number(table['only_second_right'])),
    ),
  };
}
