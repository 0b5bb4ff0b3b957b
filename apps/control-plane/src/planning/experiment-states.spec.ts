import { describe, expect, it } from '@jest/globals';
import type { ExperimentState } from '@ablate/contracts';
import { stateAfter, type Change } from './experiment-states.js';

const states: readonly ExperimentState[] = ['running', 'paused', 'done', 'failed', 'cancelled'];
const table: Readonly<Record<Change, readonly string[]>> = {
  //        running      paused        done          failed        cancelled
  pause: ['paused', 'NOT_RUNNING', 'NOT_RUNNING', 'NOT_RUNNING', 'NOT_RUNNING'],
  resume: ['NOT_PAUSED', 'running', 'NOT_PAUSED', 'NOT_PAUSED', 'NOT_PAUSED'],
  cancel: ['cancelled', 'cancelled', 'NOT_RUNNING', 'NOT_RUNNING', 'NOT_RUNNING'],
};
const outcome = (change: Change, state: ExperimentState): string => {
  try {
    return stateAfter(change, 'grid-1', state);
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('an experiment', () => {
  const cases = (Object.keys(table) as Change[]).flatMap((change) =>
    states.map((state, i) => [change, state, table[change][i]!] as const),
  );
  it.each(cases)('%s while %s: %s', (change, state, expected) => {
    expect(outcome(change, state)).toBe(expected);
  });

  it('says what to do instead', () => {
    const fixOf = (change: Change, state: ExperimentState): string | null => {
      try {
        stateAfter(change, 'grid-1', state);
        return null;
      } catch (error) {
        return (error as { fix: string }).fix;
      }
    };
    expect(fixOf('pause', 'paused')).toContain('ablate resume');
    expect(fixOf('resume', 'cancelled')).toContain('ablate retry');
    expect(fixOf('resume', 'done')).toBe('Nothing: it has ended.');
  });
});
