import { expect, it } from '@jest/globals';
import type { ExtensionView } from '@ablate/contracts';
import { extensionLines } from './extension-lines.js';

const view: ExtensionView = {
  experiment: 'grid-1',
  before: { cells: 4, runs: 8, stages: 18 },
  added: { cells: 1, runs: 2, stages: 5 },
  stages: {},
  newStages: {},
  savedTrainings: 1,
  evaluatedAgain: 0,
  axes: [],
  seeds: [],
  benchmarks: [],
  placed: 0,
  flops: 0,
  seconds: { compute: 0, wall: 0 },
  secondsFrom: 'prior',
  peakMemoryBytes: 0,
  cells: [],
  notes: [],
};

it('says what stays, and nothing of what does not change', () => {
  expect(extensionLines(view)).toEqual(['4 cells and 8 runs stay as they are.']);
});

it('names every kind of addition', () => {
  const lines = extensionLines({
    ...view,
    axes: [
      { axis: 'encoder', levels: ['c', 'd'], isNew: false },
      { axis: 'llm', levels: ['e'], isNew: true },
    ],
    seeds: [3],
    benchmarks: ['quiz'],
    evaluatedAgain: 1,
    placed: 4,
  });
  expect(lines.slice(1)).toEqual([
    'New levels of encoder: c, d.',
    'New axis llm: e.',
    'New seeds: 3.',
    'New benchmarks: quiz.',
    'Evaluated again: 1 run of before.',
    '4 cells take the level on the new axis which they ran with; nothing is trained for that.',
  ]);
});
