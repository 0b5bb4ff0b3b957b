import type { EffectsView } from '@ablate/contracts';
import type { Figure } from './figure.js';
import { forestFigure, type ForestRow } from './forest.js';

/** What each level changes against its axis' baseline. Null where nothing varies. */
export function effectsFigure({ metric, differences }: EffectsView, id: string): Figure | null {
  if (differences.length === 0) return null;
  return forestFigure(
    differences.map(({ axis, level, baseline, estimate, lo, hi, verdict, estimable }): ForestRow => ({
      group: `${axis}, against ${baseline}`,
      label: level,
      estimate: estimable ? estimate : null,
      lo,
      hi,
      sure: verdict === 'difference',
    })),
    {
      id,
      title: `Effects on ${metric}`,
      caption: `What each level changes in ${metric} against the baseline level of its axis, the other axes weighted equally, with 95 % intervals. Filled: the interval leaves out zero.`,
      unit: `difference in ${metric}`,
    },
  );
}

/** The same differences as pairs of runs: all other axes and the seed held fixed. */
export function pairedFigure({ metric, paired }: EffectsView, id: string): Figure | null {
  const rows = Object.entries(paired.byRun).flatMap(([axis, levels]) =>
    levels.map(({ level, baseline, pairs, mean, lo, hi }): ForestRow => ({
      group: `${axis}, against ${baseline}`,
      label: `${level} (${pairs} ${pairs === 1 ? 'pair' : 'pairs'})`,
      estimate: mean,
      lo,
      hi,
      sure: lo !== null && hi !== null && (lo > 0 || hi < 0),
      instead: mean === null ? 'no pairs' : 'see effects',
    })),
  );
  if (rows.length === 0) return null;
  return forestFigure(rows, {
    id,
    title: `Paired differences in ${metric}`,
    caption: `Mean difference in ${metric} between runs that differ in one axis alone, the other axes and the seed held fixed, with 95 % t intervals over pairs. Pairs that share trainings with each other are not independent: they have no interval here, the effects have.`,
    unit: `difference in ${metric}`,
  });
}
