import { describe, expect, it } from '@jest/globals';
import { jobCatalogue, parseJob, type JobHandlers } from './jobs.js';

const payload = { version: 1, stageKey: 'a'.repeat(64), attemptId: 'a-1', pool: 'default' } as const;

describe('a job', () => {
  it('is read as it was written', () => {
    expect(parseJob('run-stage', JSON.parse(JSON.stringify(payload)))).toEqual(payload);
  });

  it.each([
    ['another version', { ...payload, version: 2 }, 'version'],
    ['a key that is none', { ...payload, stageKey: 'abc' }, 'stageKey'],
    ['no attempt', { ...payload, attemptId: undefined }, 'attemptId'],
  ])('with %s is refused', (_what, given, path) => {
    expect(() => parseJob('run-stage', given)).toThrow(expect.objectContaining({ code: 'BAD_JOB', path }));
  });

  it('has one handler: a missing one does not compile', () => {
    const handlers: JobHandlers = {
      'run-stage': async ({ attemptId }) => void attemptId,
      'answer-question': async ({ questionId }) => void questionId,
    };
    // @ts-expect-error Every job of the catalogue needs its handler.
    const none: JobHandlers = {};
    expect(Object.keys(handlers)).toEqual(Object.keys(jobCatalogue));
    expect(Object.keys(none)).toHaveLength(0);
  });
});
