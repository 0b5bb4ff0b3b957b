import { describe, expect, it } from '@jest/globals';
import type { StageState } from '@ablate/contracts';
import { runStateOf, stateOf } from './describe-stage.js';

const byKey = (states: Readonly<Record<string, string>>) =>
  new Map(Object.entries(states).map(([key, state]) => [key, { state }]));

describe("a stage's state", () => {
  it.each([
    ['waiting', { a: 'done', b: 'done' }, 'ready'],
    ['waiting', { a: 'done', b: 'running' }, 'waiting'],
    ['waiting', { a: 'failed', b: 'waiting' }, 'blocked'],
    ['waiting', { a: 'cancelled', b: 'waiting' }, 'blocked'],
    ['running', { a: 'done', b: 'done' }, 'running'],
    ['failed', { a: 'done', b: 'done' }, 'failed'],
  ])('%s behind %j is %s', (state, parents, expected) => {
    expect(stateOf({ state, parents: ['a', 'b'] }, byKey(parents))).toBe(expected);
  });

  it('without parents is ready', () => {
    expect(stateOf({ state: 'waiting', parents: [] }, byKey({}))).toBe('ready');
  });
});

describe("a run's state", () => {
  it.each<[StageState[], string]>([
    [['done', 'done'], 'done'],
    [['ready', 'waiting'], 'waiting'],
    [['done', 'ready'], 'running'],
    [['queued', 'waiting'], 'running'],
    [['failed', 'blocked', 'blocked'], 'failed'],
    [['done', 'cancelled'], 'cancelled'],
    [['done', 'failed', 'cancelled'], 'failed'],
  ])('of stages %j is %s', (stages, expected) => {
    expect(runStateOf(stages)).toBe(expected);
  });
});
