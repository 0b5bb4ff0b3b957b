import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clockOf, wallSeconds, type TimedStage } from './estimate-time.js';

const stage = (key: string, seconds: number, ...parents: string[]): TimedStage => ({ key, seconds, parents });

describe('the clock', () => {
  it('goes by what was observed, kind by kind, and by the prior before', () => {
    const clock = clockOf([{ kind: 'train', flopsPerSecond: 1e9, stages: 3 }]);
    expect(clock.from).toBe('measured');
    expect(clock.seconds({ kind: 'train', flops: 5e9 })).toBe(5);
    const prior = clockOf([]);
    expect(prior.from).toBe('prior');
    expect(clock.seconds({ kind: 'evaluate', flops: 1e10 })).toBe(
      prior.seconds({ kind: 'evaluate', flops: 1e10 }),
    );
    expect(prior.seconds({ kind: 'train', flops: 1e12 })).toBeGreaterThan(
      prior.seconds({ kind: 'train', flops: 1e10 }),
    );
  });
});

describe('wall clock', () => {
  it.each([
    ['nothing', [], 2, 0],
    ['one after the other on one slot', [stage('a', 2), stage('b', 3)], 1, 5],
    ['side by side on two', [stage('a', 2), stage('b', 3)], 2, 3],
    ['a child after its parent, however many slots', [stage('a', 2), stage('b', 3, 'a')], 8, 5],
    [
      'no slot that idles while another stage could run',
      [stage('a', 4), stage('a2', 4, 'a'), stage('b', 4), stage('b2', 4, 'b')],
      2,
      8,
    ],
    ['a parent outside the list counts as done', [stage('b', 3, 'finished')], 1, 3],
    ['a child before its parent in the list', [stage('b', 3, 'a'), stage('a', 2)], 1, 5],
    ['two parents, the later counts', [stage('a', 1), stage('b', 5), stage('c', 1, 'a', 'b')], 2, 6],
  ])('of %s', (_what, stages, slots, expected) => {
    expect(wallSeconds(stages, slots)).toBe(expected);
  });

  it('lies between the longest chain, the mean load and the sum', () => {
    const grids = fc.array(fc.record({ seconds: fc.integer({ min: 0, max: 50 }), from: fc.nat() }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(grids, fc.integer({ min: 1, max: 9 }), (drawn, slots) => {
        const stages = drawn.map(({ seconds, from }, i) =>
          stage(`s${i}`, seconds, ...(i > 0 && from % 3 > 0 ? [`s${from % i}`] : [])),
        );
        const chain = new Map<string, number>();
        for (const { key, seconds, parents } of stages)
          chain.set(key, seconds + (chain.get(parents[0] ?? '') ?? 0));
        const total = stages.reduce((sum, { seconds }) => sum + seconds, 0);
        const wall = wallSeconds(stages, slots);
        expect(wall).toBeGreaterThanOrEqual(Math.max(0, ...chain.values(), total / slots));
        expect(wall).toBeLessThanOrEqual(total);
      }),
    );
  });
});
