import { describe, expect, it } from '@jest/globals';
import { readLevels } from './read-levels.js';

describe('levels of a row', () => {
  it('come in the order of a table, whatever order the row has', () => {
    const column = {
      llm: 'l',
      'stages.b.x': 2,
      strategy: 's',
      'stages.a.x': 1,
      data: 'd',
      connector: 'c',
      encoder: 'e',
    };
    expect(Object.keys(readLevels(column))).toEqual([
      'encoder',
      'connector',
      'llm',
      'data',
      'strategy',
      'stages.a.x',
      'stages.b.x',
    ]);
    expect(readLevels(column)).toEqual(column);
  });
});
