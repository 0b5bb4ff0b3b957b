import { describe, expect, it } from '@jest/globals';
import type { RunDetail } from '@ablate/contracts';
import { configRows } from './config-rows.js';
import { gridOfRun } from './reproduce.js';
import { timelineOf } from './timeline.js';

describe('a config', () => {
  it('stands beside the baseline, path by path', () => {
    expect(configRows({ a: { b: 1, c: [1, 2] }, d: 'x' }, { a: { b: 2, c: [1, 2] }, e: null })).toEqual([
      { path: 'a.b', here: '1', there: '2', differs: true },
      { path: 'a.c', here: '[1,2]', there: '[1,2]', differs: false },
      { path: 'd', here: 'x', there: '—', differs: true },
      { path: 'e', here: '—', there: 'null', differs: true },
    ]);
    expect(configRows({ a: 1 }, undefined)).toEqual([{ path: 'a', here: '1', there: null, differs: false }]);
  });
});

describe('a run', () => {
  it('is reproduced by a grid of its own', () => {
    const spec = {
      version: 1 as const,
      project: 'p',
      name: 'n',
      axes: { encoder: ['a', 'b'], llm: ['l'] },
      zip: [['encoder', 'llm']],
      seeds: { values: [1, 2], redraws: ['finetune'] },
      evaluate: ['vqa'],
      defaults: { 'stages.finetune.epochs': 2 },
    };
    const run = { levels: { encoder: 'b', llm: 'l' }, seed: 2, experimentName: 'n' } as unknown as RunDetail;
    expect(gridOfRun(spec, run)).toEqual({
      version: 1,
      project: 'p',
      name: 'n-again',
      axes: { encoder: ['b'], llm: ['l'] },
      seeds: { values: [2], redraws: ['finetune'] },
      evaluate: ['vqa'],
      defaults: { 'stages.finetune.epochs': 2 },
    });
  });

  it('has its attempts on one clock', () => {
    const at = (second: number): string => new Date(second * 1000).toISOString();
    const attempt = (startedAt: string | null, finishedAt: string | null) => ({ startedAt, finishedAt });
    const stages = [
      { key: 'a', attemptList: [attempt(at(0), at(10)), attempt(at(20), at(40))] },
      { key: 'b', attemptList: [attempt(at(50), null), attempt(null, null)] },
    ] as unknown as RunDetail['stageList'];
    const { seconds, bars } = timelineOf(stages, 100_000);
    expect(seconds).toBe(100);
    expect(bars.get('a')!.map(({ from, to }) => [from, to])).toEqual([
      [0, 0.1],
      [0.2, 0.4],
    ]);
    expect(bars.get('b')!.map((bar) => [bar.from, bar.to, bar.seconds])).toEqual([[0.5, 1, 50]]);
    expect(timelineOf([], 0).seconds).toBe(0);
  });
});
