import { analyseEffects, confounding, pairedVsBaseline } from '@ablate/analysis';
import type { OracleCase } from '../oracle-case.js';
import { axesOf, runsOf } from '../table.js';

/** Printed tables: every benchmark alone, one value a cell; the seed is no column. */
export function published(asked: OracleCase): object {
  const { spec, rows } = asked;
  const axes = axesOf(spec);
  const alpha = spec.alpha ?? 0.05;
  const benchmarks = (spec['benchmarks'] as readonly string[] | undefined) ?? [
    ...new Set(rows.map((row) => row['benchmark'] ?? '')),
  ];
  const confoundingAxes =
    (spec['confounding_axes'] as readonly string[] | undefined) ?? Object.keys(axes.axes);
  return {
    axes: axes.axes,
    benchmarks: Object.fromEntries(
      benchmarks.map((benchmark) => {
        const own = rows.filter((row) => row['benchmark'] === benchmark);
        const runs = runsOf(asked, own);
        const report = analyseEffects({ ...axes, runs, alpha });
        return [
          benchmark,
          {
            n: report.used,
            balance: report.balance,
            missing_cells: report.missingCells,
            seed_noise: report.seedNoise,
            confounding: confounding(confoundingAxes, own),
            main: report.models.main,
            two_way: report.models.twoWay,
            // Without seeds, values of one cell could be paired in more than one way.
            ...(report.balance.nMax === 1 && {
              paired_vs_baseline: pairedVsBaseline({ ...axes, runs, alpha }).byRun,
            }),
          },
        ];
      }),
    ),
  };
}
