import { describe, expect, it } from '@jest/globals';
import { experimentOf, isStale, retryDelay } from './change.js';

describe('a change', () => {
  const change = { experiments: ['e-1'], workers: false, queue: false };
  it('makes old what is about it, and nothing else', () => {
    expect(isStale(['experiments'], change)).toBe(true);
    expect(isStale(['experiment', 'e-1', 'cells'], change)).toBe(true);
    expect(isStale(['experiment', 'e-2', 'cells'], change)).toBe(false);
    expect(isStale(['run', 'e-1', 'e-1-7'], change)).toBe(true);
    expect(isStale(['workers'], change)).toBe(false);
    expect(isStale(['queue'], change)).toBe(true);
    expect(isStale(['inventory'], change)).toBe(false);
    expect(isStale(['workers'], { experiments: [], workers: true, queue: false })).toBe(true);
  });

  it('of a run is one of its experiment', () => {
    expect(experimentOf('what-matters-6862a8-12')).toBe('what-matters-6862a8');
  });
});

describe('a lost stream', () => {
  it('is tried again, ever more rarely', () => {
    expect([0, 1, 2, 10].map(retryDelay)).toEqual([500, 1000, 2000, 15_000]);
  });
});
