import { benjaminiHochberg, bonferroni, describeCells, holm, pairedVsBaseline } from '@ablate/analysis';
import type { JsonObject, OracleCase } from '../oracle-case.js';
import { axesOf, runsOf } from '../table.js';

const inputOf = (asked: OracleCase) => ({
  ...axesOf(asked.spec),
  runs: runsOf(asked, asked.rows),
  alpha: asked.spec.alpha ?? 0.05,
});

export const cellMeans = (asked: OracleCase): object => describeCells(inputOf(asked));

export const paired = (asked: OracleCase): object => pairedVsBaseline(inputOf(asked));

/** The p-values stand beside the answers. */
export function holmLists({ expected }: OracleCase): object {
  return {
    lists: (expected['lists'] as readonly JsonObject[]).map((list) => {
      const p = list['p'] as readonly number[];
      const corrected = holm(p);
      const levels = Object.keys(list).flatMap((key) => /^reject_at_(.+)$/.exec(key)?.[1] ?? []);
      return {
        p,
        holm: corrected,
        bonferroni: bonferroni(p),
        benjaminiHochberg: benjaminiHochberg(p),
        ...Object.fromEntries(
          levels.map((level) => [
            `reject_at_${level}`,
            corrected.map((value) => value !== null && value <= Number(level)),
          ]),
        ),
      };
    }),
  };
}
