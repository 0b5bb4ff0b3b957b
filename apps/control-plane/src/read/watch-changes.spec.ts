import { describe, expect, it } from '@jest/globals';
import { changeBetween } from './watch-changes.js';

describe('what changed between two looks', () => {
  const look = (experiments: Record<string, string>, workers = 'w', queue = 'q') => ({
    experiments: new Map(Object.entries(experiments)),
    workers,
    queue,
  });
  it('names the experiments that are new or differ, and is nothing where none does', () => {
    expect(changeBetween(look({ a: '1', b: '1' }), look({ a: '1', b: '2', c: '1' }))).toEqual({
      type: 'change',
      experiments: ['b', 'c'],
      workers: false,
      queue: false,
    });
    // One that ended long ago is not looked at any more.
    expect(changeBetween(look({ a: '1' }), look({}))).toBeNull();
    expect(changeBetween(look({}), look({}, 'w2'))).toMatchObject({ workers: true, queue: false });
  });
});
