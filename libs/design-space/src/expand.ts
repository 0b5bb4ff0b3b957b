import { complete } from './baseline.js';
import { contentId, createContentId } from './canonical.js';
import { checkRuns, fractional, fullFactorial, oneAtATime } from './designs.js';
import { readFactors, type Factor } from './factors.js';
import { sample } from './fraction.js';
import { gridError } from './grid-error.js';
import { levelLabel } from './levels.js';
import { readSeeds } from './seeds.js';
import type { Cell, Expansion, GridSpec, Levels } from './spec.js';
import { checkGrid, readAxes, type Axis } from './validate.js';
import { applyWhen, holds } from './when.js';

function pick(spec: GridSpec, factors: readonly Factor[], baseline: Levels): Levels[] {
  const design = spec.design ?? 'full_factorial';
  if (design === 'one_at_a_time') {
    if (spec.baseline === undefined)
      throw gridError('BASELINE_REQUIRED', {
        message: 'A one_at_a_time design needs a baseline.',
        path: 'baseline',
        value: null,
        rule: 'one_at_a_time changes one axis of the baseline at a time',
        fix: 'Add baseline: { encoder: ..., connector: ... }.',
      });
    return oneAtATime(factors, baseline);
  }
  if (typeof design === 'object' && 'fractional' in design)
    return fractional(factors, design.fractional.runs, design.fractional.seed ?? 0);
  return fullFactorial(factors);
}

/** Cells by id in order of first appearance: duplicates collapse. */
function collapse(rows: readonly Levels[]): Map<string, Levels> {
  const idOf = createContentId();
  const cells = new Map<string, Levels>();
  for (const levels of rows) {
    const id = idOf(levels);
    if (!cells.has(id)) cells.set(id, levels);
  }
  return cells;
}

function draw(cells: Map<string, Levels>, runs: number, seed: number): Map<string, Levels> {
  checkRuns(runs, cells.size, 'design.random.runs', 'the cells left after exclude');
  const entries = [...cells];
  return new Map(sample(entries.length, runs, seed).map((i) => entries[i] as [string, Levels]));
}

function includeCells(
  spec: GridSpec,
  axes: readonly Axis[],
  factors: readonly Factor[],
  baseline: Levels,
): Levels[] {
  return (spec.include ?? []).map((given, i) => {
    const path = `include.${i}`;
    const levels = applyWhen(
      spec.when,
      complete(given, axes, factors, { path, fallback: baseline, outside: true }),
    );
    const lost = Object.keys(given).find((name) => !(name in levels));
    if (lost !== undefined)
      throw gridError('INCLUDE_CONTRADICTS_WHEN', {
        message: `'${path}.${lost}' gives a level to an axis that does not exist in this cell.`,
        path: `${path}.${lost}`,
        value: given[lost],
        rule: `when.${lost} must hold in a cell that has the axis`,
        fix: `Remove ${lost} from this entry, or change the levels that its condition names.`,
      });
    return levels;
  });
}

const tally = (rows: readonly Levels[], axis: string): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const levels of rows) {
    const level = levels[axis];
    if (level !== undefined) counts.set(levelLabel(level), (counts.get(levelLabel(level)) ?? 0) + 1);
  }
  return counts;
};

/** What when and exclude took from a fraction's balance, by level. */
function balanceNotes(axes: readonly Axis[], picked: readonly Levels[], left: readonly Levels[]): string[] {
  const parameters = 1 + axes.reduce((sum, axis) => sum + new Set(axis.levels.map(levelLabel)).size - 1, 0);
  const few =
    left.length < parameters
      ? [`${left.length} cells cannot estimate every main effect: that takes at least ${parameters}.`]
      : [];
  if (picked.length === left.length) return few;
  const changes = axes.flatMap(({ name }) => {
    const before = tally(picked, name);
    const after = tally(left, name);
    const changed = [...before].filter(([label, n]) => (after.get(label) ?? 0) !== n);
    return changed.length === 0
      ? []
      : [`${name}: ${changed.map(([label, n]) => `${label} ${n} to ${after.get(label) ?? 0}`).join(', ')}`];
  });
  return [
    `The fraction chose ${picked.length} runs, of which when and exclude left ${left.length}. Cells by level: ${changes.join('; ')}.`,
    ...few,
  ];
}

/**
 * Expands a grid: zip, then the design, then when, then exclude, then duplicates collapse, then include.
 * Eager and ordered: axes vary in the order encoder, connector, llm, data, strategy, dotted paths by name, the first slowest,
 * whatever the order of keys in the file; levels in the order given. Throws an AblateError that names the field for anything
 * that cannot be honoured, an empty result included.
 */
export function expand(spec: GridSpec): Expansion {
  const axes = readAxes(spec);
  checkGrid(spec, axes);
  const seeds = readSeeds(spec);
  const factors = readFactors(spec, axes);
  const full = complete(spec.baseline ?? {}, axes, factors, {
    path: 'baseline',
    fallback: null,
    outside: false,
  });

  const picked = pick(spec, factors, full).map((levels) => applyWhen(spec.when, levels));
  const exclude = spec.exclude ?? [];
  const used = new Set<number>();
  const left = picked.filter((levels) => {
    const hits = exclude.flatMap((condition, i) => (holds(condition, levels) ? [i] : []));
    for (const i of hits) used.add(i);
    return hits.length === 0;
  });
  let cells = collapse(left);
  const design = spec.design ?? 'full_factorial';
  const notes: string[] = [];
  if (typeof design === 'object' && 'random' in design)
    cells = draw(cells, design.random.runs, design.random.seed ?? 0);
  if (typeof design === 'object' && 'fractional' in design)
    notes.push(...balanceNotes(axes, picked, [...cells.values()]));
  exclude.forEach((_, i) => {
    if (!used.has(i)) notes.push(`exclude.${i} matched no cell.`);
  });
  for (const [id, levels] of collapse(includeCells(spec, axes, factors, full)))
    if (!cells.has(id)) cells.set(id, levels);
  if (cells.size === 0)
    throw gridError('EMPTY_GRID', {
      message: 'The grid is empty: exclude removes every cell.',
      path: 'exclude',
      value: spec.exclude ?? [],
      rule: 'a grid has at least one cell',
      fix: 'Narrow exclude, or add an include.',
    });

  const baseline = applyWhen(spec.when, full);
  const baselineId = contentId(baseline);
  if (spec.baseline !== undefined && !cells.has(baselineId))
    notes.push('The baseline is none of the cells: effects against it have no run of its own.');
  if (seeds.redraws?.length === 0 && seeds.values.length > 1)
    notes.push('seeds.redraws is empty: every seed repeats the same run.');
  return {
    cells: [...cells].map(([id, levels]): Cell => ({ id, levels })),
    seeds,
    baseline,
    baselineId: cells.has(baselineId) ? baselineId : null,
    notes,
  };
}
