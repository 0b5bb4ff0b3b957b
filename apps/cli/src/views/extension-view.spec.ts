import { expect, it } from '@jest/globals';
import { extensionView } from './extension-view.js';

it('says what stays, what is new, what is shared and what it costs', () => {
  const text = extensionView({
    experiment: 'grid-1',
    before: { cells: 4, runs: 8, stages: 18 },
    added: { cells: 30, runs: 2, stages: 5 },
    stages: { pretrain: 1, finetune: 2, evaluate: 2 },
    newStages: { finetune: 2, evaluate: 2 },
    savedTrainings: 1,
    evaluatedAgain: 8,
    axes: [{ axis: 'encoder', levels: ['c'], isNew: false }],
    seeds: [3],
    benchmarks: ['quiz'],
    placed: 0,
    flops: 2e12,
    seconds: { compute: 90, wall: 45 },
    secondsFrom: 'measured',
    peakMemoryBytes: 5e7,
    cells: Array.from({ length: 30 }, (_, i) => ({ id: String(i), label: `cell ${i}` })),
    notes: ['A note.'],
  });
  expect(text).toContain('grid-1: 4 cells and 8 runs stay; 30 cells and 2 runs are added.');
  expect(text).toContain(
    '  + encoder: c\n  + seeds: 3\n  + evaluate: quiz\n8 runs of before get an evaluation.',
  );
  expect(text).toMatch(/pretrain +1 +1 +0\n/);
  expect(text).toMatch(/finetune +2 +0 +2\n/);
  expect(text).toContain('2.00 TFLOP, 1m 30s of computing, about 45s');
  expect(text).toContain('  cell 19\n  and 10 more\nNote: A note.');
});
