import { describe, expect, it } from '@jest/globals';
import type { Comparison, ExperimentDetail, Plan, StageView } from '@ablate/contracts';
import { comparisonView } from './comparison-view.js';
import { amount, bar, duration, interval, signed } from './format.js';
import { createLive } from './live.js';
import { planView } from './plan-view.js';
import { failureLines, progressLines, progressSummary } from './progress-view.js';
import { table } from './table.js';

describe('numbers for people', () => {
  it.each([
    [amount(0, 'FLOP'), '0 FLOP'],
    [amount(999, 'B'), '999 B'],
    [amount(1_234_567, 'B'), '1.23 MB'],
    [amount(1.5e13, 'FLOP'), '15.0 TFLOP'],
    [duration(7.4), '7s'],
    [duration(75), '1m 15s'],
    [duration(3720), '1h 2m'],
    [duration(90_000), '1d 1h'],
    [duration(-3), '0s'],
    [signed(0.25), '+0.250'],
    [signed(-0.25), '-0.250'],
    [interval(0.1, 0.2), '[0.100, 0.200]'],
    [interval(null, 0.2), '—'],
    [bar(0.5, 4), '██░░'],
    [bar(7, 2), '██'],
  ])('%s is %s', (written, wanted) => {
    expect(written).toBe(wanted);
  });
});

it('a table lines up and leaves no trailing blanks', () => {
  expect(
    table(
      [{ title: 'cell' }, { title: 'n', align: 'right' }, { title: 'x' }],
      [
        ['linear', '2', ''],
        ['a', '10', 'y'],
      ],
    ),
  ).toBe(['cell     n  x', '──────  ──  ─', 'linear   2', 'a       10  y'].join('\n'));
});

describe('live lines', () => {
  it('are written over in a terminal and cut to its width', () => {
    let text = '';
    const live = createLive({ isTTY: true, columns: 6, write: (more) => (text += more) });
    live.show(['first line', 'b'], '');
    live.show(['c'], '');
    expect(text).toBe('\u001b[2Kfirst\n\u001b[2Kb\n\u001b[J\u001b[2A\u001b[2Kc\n\u001b[J');
  });

  it('are few lines elsewhere', () => {
    let text = '';
    let now = 0;
    const live = createLive({ write: (more) => (text += more) }, 5000, () => now);
    for (const [at, summary] of [
      [0, 'a'],
      [1000, 'b'],
      [6000, 'b'],
      [20_000, 'b'],
    ] as const) {
      now = at;
      live.show([], summary);
    }
    expect(text).toBe('a\nb\n');
  });
});

it('a plan says what is shared before anything runs', () => {
  const plan: Plan = {
    project: 'demo',
    name: 'grid',
    counts: {
      cells: 8,
      runs: 16,
      stages: { pretrain: 4, finetune: 16, evaluate: 32 },
      newStages: { pretrain: 0, finetune: 16 },
      stageUses: { pretrain: 16, finetune: 16, evaluate: 32 },
    },
    saved: { trainings: 16, seconds: 60 },
    flops: 2e12,
    seconds: { compute: 200, wall: 100 },
    secondsFrom: 'prior',
    peakMemoryBytes: 5e7,
    numericsClass: 'onnx-cpu',
    numericsAssumed: true,
    stages: [],
    cells: [],
    statistics: {
      metric: 'quiz/accuracy',
      axes: [
        { axis: 'encoder', levels: 2, status: 'estimable', detectable: 0.0213 },
        { axis: 'data', levels: 2, status: 'aliased', detectable: null },
      ],
      aliases: ['data and strategy always change together: no run can tell them apart.'],
      noise: { sd: 0.0123, df: 8, experiment: 'grid-0' },
      independentRuns: 2,
      cheaper: { cells: [{ encoder: 'clip', data: 'rich' }], runs: 2, detectable: 0.03 },
      notes: [],
    },
    notes: ['something'],
  };
  const text = planView(plan);
  expect(text).toContain('It can tell what each of these does: encoder.');
  expect(text).toContain('Confounded: data and strategy always change together');
  expect(text).toContain('Smallest differences in quiz/accuracy it finds with 80 % power: encoder 0.0213 (');
  expect(text).toContain('Cheaper: 1 cell (2 runs) find 0.0300 on every axis:\n  clip · rich');
  expect(text).toContain('demo / grid: 8 cells, 16 runs');
  expect(text).toMatch(/pretrain +16 +4 +0\n/);
  expect(text).toMatch(/evaluate +32 +32 +0\n/);
  expect(text).toContain('Sharing saves 16 of 32 stage trainings (1m 0s of computing).');
  expect(text).toContain('about 1m 40s on the slots there are');
  expect(text).toContain('Note: something');
});

describe('progress', () => {
  const stage = (name: string, rest: Partial<StageView>): StageView => ({
    key: 'f'.repeat(64),
    stage: name,
    kind: 'train',
    state: 'ready',
    step: null,
    totalSteps: null,
    attempts: 0,
    runs: 1,
    parents: [],
    seconds: null,
    estimatedSeconds: 1,
    config: {},
    error: null,
    createdAt: null,
    finishedAt: null,
    ...rest,
  });
  const error = { code: 'X', message: 'It broke.', path: null, value: null, rule: null, fix: 'Mend it.' };
  const detail: ExperimentDetail = {
    id: 'grid-1',
    kind: 'grid',
    project: 'demo',
    name: 'grid',
    state: 'running',
    priority: 50,
    tags: [],
    cells: 2,
    runs: { total: 2, done: 0, failed: 0 },
    stages: { total: 4, done: 1, running: 1, failed: 1, reused: 0 },
    savedTrainings: 1,
    spentSeconds: 60,
    savedSeconds: 30,
    progress: 0.379,
    etaSeconds: 61,
    createdAt: '2026-01-01T00:00:00.000Z',
    finishedAt: null,
    error: null,
    spec: {},
    stageList: [
      stage('pretrain', { state: 'done' }),
      stage('finetune', { state: 'running', step: 5, totalSteps: 10 }),
      stage('finetune', { state: 'failed', error }),
      stage('evaluate:emoji-vqa', { kind: 'evaluate', state: 'blocked' }),
    ],
  };

  it('has a bar per stage, evaluations together', () => {
    expect(progressLines(detail)).toEqual([
      'grid-1  running  37 %  ETA 1m 1s',
      `pretrain  ${'█'.repeat(24)}      1/1`,
      `finetune  ${'█'.repeat(6)}${'░'.repeat(18)}      0/2  1 running, 1 failed`,
      `evaluate  ${'░'.repeat(24)}      0/1  1 blocked`,
    ]);
    expect(progressSummary(detail)).toBe(
      'grid-1: running, 1 of 4 stages done, 1 failed or blocked, ETA 1m 1s',
    );
  });

  it('says what failed and what to do', () => {
    expect(failureLines(detail)).toEqual([
      'finetune ffffffffffff failed: It broke. Mend it.',
      'Try again with: ablate retry grid-1',
    ]);
    expect(failureLines({ ...detail, stageList: [] })).toEqual([]);
  });
});

describe('a comparison', () => {
  const metric = 'emoji-vqa/accuracy';
  const score = {
    benchmark: 'emoji-vqa',
    metric,
    n: 2,
    sd: 0.01,
    low: 0.4,
    high: 0.6,
    majority: 0.25,
    rank: 1,
    difference: null,
  };
  const rest = {
    cost: { flops: 1, seconds: 1, peakMemoryBytes: 1, parameters: 1 },
    composite: null,
    front: [],
  };
  const comparison: Comparison = {
    experiment: 'grid-1',
    benchmarks: [{ id: 'emoji-vqa', metric }],
    cells: [
      {
        id: 'a',
        label: 'linear',
        levels: {},
        baseline: true,
        scores: [{ ...score, mean: 0.5, blind: 0.2, gain: { mean: 0.3, low: 0.25, high: 0.35 } }],
        ...rest,
      },
      { id: 'b', label: 'resampler', levels: {}, baseline: false, scores: [], ...rest },
    ],
    best: { id: 'a', label: 'linear', metric, mean: 0.5, n: 2, tied: 0 },
    effects: [
      {
        axis: 'connector',
        level: 'resampler',
        baseline: 'linear',
        metric,
        df: null,
        estimable: true,
        estimate: -0.04,
        se: null,
        t: null,
        p: null,
        lo: null,
        hi: null,
        pHolm: null,
        verdict: 'cannot tell',
        sentence: 'resampler is 0.0400 below linear, and nothing says how much of that is noise.',
      },
    ],
    seeds: [1],
    sharedBySeeds: [],
    savedTrainings: 12,
    notes: ['nested'],
  };

  it('shows the blind control beside the score, the best cell, the changes and the saving', () => {
    const text = comparisonView(comparison);
    expect(text).toMatch(/linear \(baseline, best\) +2 +0\.500 +0\.200 +\+0\.300\n/);
    expect(text).toMatch(/resampler +0 +— +— +—\n/);
    expect(text).toContain('Best cell: linear, emoji-vqa/accuracy 0.500 (n 2).');
    expect(text).toContain(
      'Baseline, emoji-vqa/accuracy: 0.500 against 0.200 blind, +0.300 [+0.250, +0.350]; the most frequent answer alone: 0.250.',
    );
    expect(text).toMatch(/connector +resampler +linear +emoji-vqa\/accuracy +-0\.040 +— +cannot tell/);
    expect(text).toContain('Sharing saved 12 stage trainings.');
    expect(text).toContain('Note: nested');
  });

  it('names no best cell among ties, and has no blind columns where nothing was asked blind', () => {
    const [first] = comparison.cells;
    const plain = { ...score, mean: 0.5, blind: null, gain: null };
    const cells = ['x', 'y'].map((label) => ({
      ...first!,
      id: label,
      label,
      baseline: false,
      scores: [plain],
    }));
    const text = comparisonView({
      ...comparison,
      cells,
      savedTrainings: 0,
      best: { ...comparison.best!, id: 'x', label: 'x', tied: 1 },
    });
    expect(text).toContain('All cells tie: emoji-vqa/accuracy 0.500.');
    expect(text.match(/tied best/g)).toHaveLength(2);
    expect(text).not.toMatch(/blind|\bgain\b|Best cell|Sharing/);
  });

  it('says so when nothing is measured yet', () => {
    expect(comparisonView({ ...comparison, best: null, effects: [], cells: [] })).toContain(
      'No cell has a score yet.',
    );
  });
});
