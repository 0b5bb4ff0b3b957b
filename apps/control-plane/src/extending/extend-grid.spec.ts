import { describe, expect, it } from '@jest/globals';
import { contentId, type Levels } from '@ablate/design-space';
import type { NewStage } from '@ablate/storage';
import { extendGrid, type NewGrid, type OldGrid } from './extend-grid.js';

/** A cell that trains `train:<what>` and evaluates it; `seed` enters the training's key. */
interface Part {
  readonly levels: Levels;
  readonly trains: string;
  readonly evaluates?: readonly string[];
}
const idOf = (levels: Levels): string => contentId(levels);
const keysOf = ({ trains, evaluates = ['quiz'] }: Part, seed: number): string[] => [
  `${trains}#${seed}`,
  ...evaluates.map((id) => `evaluate:${id} of ${trains}#${seed}`),
];
const nameOf = (key: string): string => (key.startsWith('evaluate:') ? key.split(' ')[0]! : 'finetune');
const stageOf = (key: string): NewStage => ({
  key,
  kind: key.startsWith('evaluate:') ? 'evaluate' : 'train',
  name: nameOf(key),
  config: {} as NewStage['config'],
  inputs: { config: { what: key } },
  parents: [],
  pool: 'default',
  flops: 1,
  peakMemoryBytes: 1,
});
const axesOf = (parts: readonly Part[]): string[] => [
  ...new Set(parts.flatMap(({ levels }) => Object.keys(levels))),
];

const old = (parts: readonly Part[], seeds: readonly number[] = [1]): OldGrid => ({
  axes: axesOf(parts),
  baseline: idOf(parts[0]!.levels),
  cells: parts.map(({ levels }) => ({ id: idOf(levels), label: JSON.stringify(levels), levels })),
  runs: parts.flatMap((part, i) =>
    seeds.map((seed) => ({
      id: `run-${i}-${seed}`,
      cell: idOf(part.levels),
      seed,
      stages: keysOf(part, seed).map((key) => ({ key, name: nameOf(key), inputs: stageOf(key).inputs })),
    })),
  ),
});
const grid = (
  parts: readonly Part[],
  seeds: readonly number[] = [1],
  baseline = parts[0]!.levels,
): NewGrid => ({
  axes: axesOf(parts),
  baseline: idOf(baseline),
  cells: parts.map(({ levels }) => ({ id: idOf(levels), levels })),
  runs: parts.flatMap((part) =>
    seeds.map((seed) => ({ cell: idOf(part.levels), seed, stages: keysOf(part, seed) })),
  ),
  stages: new Map(
    parts.flatMap((part) =>
      seeds.flatMap((seed) => keysOf(part, seed).map((key) => [key, stageOf(key)] as const)),
    ),
  ),
});

const a: Part = { levels: { encoder: 'a' }, trains: 'a' };
const b: Part = { levels: { encoder: 'b' }, trains: 'b' };
const c: Part = { levels: { encoder: 'c' }, trains: 'c' };
const extend = (before: OldGrid, after: NewGrid, matching = after) => extendGrid(before, after, matching);
const errorOf = (action: () => unknown): unknown => {
  try {
    action();
    return null;
  } catch (error) {
    return error;
  }
};

describe('a grid that extends another', () => {
  it('adds what only it has', () => {
    const found = extend(old([a, b]), grid([a, b, c]));
    expect(found.cells.map(({ levels }) => levels)).toEqual([{ encoder: 'c' }]);
    expect(found.runs).toHaveLength(1);
    expect(found.stages).toEqual(['c#1', 'evaluate:quiz of c#1']);
    expect(found.grown).toEqual([]);
    expect(found.placed.size).toBe(0);
  });

  it('keeps cells that it does not name', () => {
    expect(extend(old([a, b]), grid([c], [1], a.levels))).toMatchObject({
      runs: [{ cell: idOf(c.levels) }],
      stages: ['c#1', 'evaluate:quiz of c#1'],
    });
  });

  it('adds seeds to the cells that are there', () => {
    const found = extend(old([a, b]), grid([a, b], [1, 2]));
    expect(found.cells).toEqual([]);
    expect(found.runs.map(({ seed }) => seed)).toEqual([2, 2]);
  });

  it('adds an evaluation to the runs that are there, without training', () => {
    const both = { evaluates: ['quiz', 'riddles'] };
    const found = extend(old([a]), grid([{ ...a, ...both }]));
    expect(found.grown).toEqual([{ run: 'run-0-1', stages: ['evaluate:riddles of a#1'] }]);
    expect(found.stages).toEqual(['evaluate:riddles of a#1']);
    expect(found.runs).toEqual([]);
  });

  it('names no stage as added that another run of the experiment has', () => {
    const twin: Part = { levels: { encoder: 'twin of a' }, trains: 'a' };
    const found = extend(old([a]), grid([a, twin]));
    expect(found.runs).toHaveLength(1);
    expect(found.stages).toEqual([]);
  });

  it('gives old cells the level of a new axis that they ran with', () => {
    const slow: Part = { levels: { encoder: 'a', rate: 1 }, trains: 'a' };
    const fast: Part = { levels: { encoder: 'a', rate: 2 }, trains: 'a, fast' };
    const found = extend(old([a]), grid([slow, fast]));
    expect([...found.placed]).toEqual([[idOf(a.levels), idOf(slow.levels)]]);
    expect(found.cells.map(({ levels }) => levels)).toEqual([fast.levels]);
    expect(found.stages).toEqual(['a, fast#1', 'evaluate:quiz of a, fast#1']);
  });

  it('recognises them by seeds that only the old grid has', () => {
    const slow: Part = { levels: { encoder: 'a', rate: 1 }, trains: 'a' };
    const fast: Part = { levels: { encoder: 'a', rate: 2 }, trains: 'a, fast' };
    const found = extend(old([a], [1]), grid([slow, fast], [2]), grid([slow, fast], [1, 2]));
    expect([...found.placed.values()]).toEqual([idOf(slow.levels)]);
    expect(found.runs).toHaveLength(2);
  });

  it('refuses a new axis that lists no level which old cells ran with', () => {
    const fast: Part = { levels: { encoder: 'a', rate: 2 }, trains: 'a, fast' };
    expect(errorOf(() => extend(old([a]), grid([fast])))).toMatchObject({
      code: 'NO_LEVEL_FOR_OLD_CELLS',
      path: 'axes.rate',
    });
  });

  it('refuses a run that would be another run, and says in what', () => {
    const error = errorOf(() => extend(old([a]), grid([{ ...a, trains: 'other' }, b])));
    expect(error).toMatchObject({ code: 'OTHER_RUN', path: 'config.what', value: 'other#1' });
    expect((error as Error).message).toContain('was "a#1" and would be "other#1"');
  });

  it('refuses another baseline, and a grid that adds nothing', () => {
    expect(errorOf(() => extend(old([a, b]), grid([b, a, c])))).toMatchObject({
      code: 'NOT_AN_EXTENSION',
      path: 'baseline',
    });
    expect(errorOf(() => extend(old([a, b]), grid([a])))).toMatchObject({ code: 'NOTHING_NEW' });
  });
});
