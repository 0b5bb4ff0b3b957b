import { describe, expect, it } from '@jest/globals';
import type { ExperimentView } from '@ablate/contracts';
import { listed, nextSort, readListView } from './list-view.js';

const one = (name: string, state: ExperimentView['state'], spentSeconds: number): ExperimentView => ({
  id: `${name}-1`,
  kind: 'grid',
  project: name.startsWith('x') ? 'other' : 'demo',
  name,
  state,
  priority: 50,
  tags: name === 'lora' ? ['paper', 'small'] : [],
  cells: 1,
  runs: { total: 1, done: 0, failed: 0 },
  stages: { total: 1, done: 0, running: 0, failed: 0, reused: 0 },
  savedTrainings: 0,
  spentSeconds,
  savedSeconds: 0,
  progress: 0,
  etaSeconds: null,
  createdAt: `2027-01-0${spentSeconds}T00:00:00.000Z`,
  finishedAt: null,
  error: null,
});
const all = [one('what matters', 'done', 2), one('xylo', 'running', 3), one('lora', 'running', 1)];
const names = (search: Record<string, string>): string[] =>
  listed(all, readListView(search)).map(({ name }) => name);

describe('the list of experiments', () => {
  it('is newest first, and nonsense in the address changes nothing', () => {
    expect(names({})).toEqual(['xylo', 'what matters', 'lora']);
    expect(names({ sort: 'nonsense.asc' })).toEqual(['xylo', 'what matters', 'lora']);
  });

  it('is searched by words, filtered and sorted', () => {
    expect(names({ q: 'MATTERS what' })).toEqual(['what matters']);
    expect(names({ state: 'running', sort: 'cost.asc' })).toEqual(['lora', 'xylo']);
    expect(names({ project: 'other' })).toEqual(['xylo']);
    expect(names({ tag: 'paper' })).toEqual(['lora']);
    expect(names({ tag: 'pap' })).toEqual([]);
    expect(names({ q: 'small' })).toEqual(['lora']);
    expect(names({ sort: 'name.asc' })).toEqual(['lora', 'what matters', 'xylo']);
  });

  it('turns around when a column is chosen again', () => {
    const view = readListView({ sort: 'cost.desc' });
    expect([nextSort(view, 'cost'), nextSort(view, 'name'), nextSort(view, 'eta')]).toEqual([
      'cost.asc',
      'name.asc',
      'eta.desc',
    ]);
  });
});
