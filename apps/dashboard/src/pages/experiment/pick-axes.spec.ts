import { describe, expect, it } from '@jest/globals';
import type { CellRunsView } from '@ablate/contracts';
import { arrange, pickAxes, placeOf, stateOfRuns } from './pick-axes.js';

const axes = [
  { name: 'llm', levels: ['one'] },
  { name: 'encoder', levels: ['a', 'b'] },
  { name: 'strategy', levels: ['base', 'lora'] },
  { name: 'connector', levels: ['x', 'y'] },
];
type State = CellRunsView[number]['runs'][number]['state'];
const cell = (encoder: string, strategy: string, ...states: State[]): CellRunsView[number] => ({
  id: `${encoder}${strategy}`,
  label: '',
  levels: { encoder, strategy },
  baseline: false,
  runs: states.map((state, i) => ({ id: String(i), seed: i, state, share: 0 })),
});

describe('axes of the heat map', () => {
  it('are the first two that vary, unless the address names others', () => {
    expect(pickAxes(axes, {})).toEqual({ rows: 'encoder', columns: 'strategy', facet: null });
    expect(pickAxes(axes, { rows: 'connector', facet: 'strategy' })).toEqual({
      rows: 'connector',
      columns: 'encoder',
      facet: 'strategy',
    });
    // An axis is in one place only, and nonsense is passed over.
    expect(pickAxes(axes, { rows: 'encoder', cols: 'encoder', facet: 'encoder' })).toEqual({
      rows: 'encoder',
      columns: 'strategy',
      facet: null,
    });
    expect(pickAxes([{ name: 'llm', levels: ['one'] }], { rows: 'none' })).toEqual({
      rows: 'llm',
      columns: 'llm',
      facet: null,
    });
  });
});

describe('a place of the grid', () => {
  const grid = arrange(
    [cell('a', 'base', 'done'), cell('a', 'base', 'failed'), cell('b', 'lora')],
    'encoder',
    'strategy',
  );
  it('holds every cell with its levels', () => {
    expect(grid.get(placeOf('a', 'base'))!.cells).toHaveLength(2);
    expect(grid.get(placeOf('a', 'lora'))).toBeUndefined();
  });
  it('shows what needs a look first', () => {
    expect(stateOfRuns([cell('a', 'base', 'done', 'failed')])).toEqual({
      state: 'failed',
      done: 1,
      total: 2,
    });
    expect(stateOfRuns([cell('a', 'base', 'done', 'waiting')])).toEqual({
      state: 'running',
      done: 1,
      total: 2,
    });
    expect(stateOfRuns([cell('a', 'base', 'done', 'done')]).state).toBe('done');
    expect(stateOfRuns([])).toEqual({ state: 'waiting', done: 0, total: 0 });
  });
});
