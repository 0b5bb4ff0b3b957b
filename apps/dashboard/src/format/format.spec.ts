import { describe, expect, it } from '@jest/globals';
import { axisNames, levelText } from './levels.js';
import { amount, bytes, duration, interval, percent, plural, signed, value } from './numbers.js';
import { ago, between } from './times.js';

describe('numbers for people', () => {
  it('have units and sensible digits', () => {
    expect([amount(12), amount(1234), amount(1_234_567), bytes(58_700_000)]).toEqual([
      '12',
      '1.23 k',
      '1.23 M',
      '58.7 MB',
    ]);
    expect([value(0.43821), value(12.3456), value(1234), value(1e-5), value(null)]).toEqual([
      '0.438',
      '12.35',
      '1,234',
      '1.00e-5',
      '—',
    ]);
    expect([signed(-0.05), signed(0.05), signed(undefined)]).toEqual(['−0.050', '+0.050', '—']);
    expect([interval(0.1, 0.2), interval(null, 0.2)]).toEqual(['[0.100, 0.200]', '—']);
    expect([percent(0.999), plural(1, 'run'), plural(1200, 'run')]).toEqual(['99 %', '1 run', '1,200 runs']);
  });

  it('write durations in two units at most', () => {
    expect([0, 4.26, 75, 3600, 3725, 90_000].map(duration)).toEqual([
      '0s',
      '4.3s',
      '1m 15s',
      '1h',
      '1h 2m',
      '1d 1h',
    ]);
  });
});

describe('times', () => {
  const now = Date.parse('2027-01-01T00:10:00Z');
  it('are told by how long ago', () => {
    expect(ago('2027-01-01T00:09:58Z', now)).toBe('just now');
    expect(ago('2027-01-01T00:09:20Z', now)).toBe('40s ago');
    expect(ago('2027-01-01T00:07:05Z', now)).toBe('3m ago');
    expect(ago('2027-01-01T00:20:00Z', now)).toBe('just now');
  });
  it('last until an end or until now', () => {
    expect(between('2027-01-01T00:00:00Z', '2027-01-01T00:01:00Z', now)).toBe(60);
    expect(between('2027-01-01T00:09:00Z', null, now)).toBe(60);
  });
});

describe('axes and levels', () => {
  it('are called by what tells them apart', () => {
    const names = axisNames(['llm', 'stages.a.batchSize', 'stages.b.batchSize', 'stages.a.epochs']);
    expect([...names.values()]).toEqual(['llm', 'stages.a.batchSize', 'stages.b.batchSize', 'epochs']);
    expect([levelText('linear'), levelText(0.001), levelText(undefined)]).toEqual(['linear', '0.001', '∅']);
  });
});
