import { describe, expect, it } from '@jest/globals';
import type { Lease } from '@ablate/storage';
import { isBitExact, judge, type Ending } from './judge.js';

const lease = (failures = 0, bitExact = true, checkpointDevice: string | null = null) =>
  ({
    attemptId: 'a-1',
    stage: { failures, bitExact },
    checkpoint: checkpointDevice === null ? null : { step: 5, path: 'p', device: checkpointDevice },
  }) as Lease;
const terms = (given = lease()) => ({ lease: given, device: 'avx2', hangMs: 1000, maxFailures: 2 });
const ending = (changes: Partial<Ending>): Ending => ({
  exit: { code: 0, signal: null },
  verdict: null,
  failure: null,
  files: null,
  seconds: 7,
  ...changes,
});
const error = (code: string) => ({ code, message: 'm', path: null, value: null, rule: null, fix: null });
const code = (value: number) => ({ exit: { code: value, signal: null } });

describe('an attempt', () => {
  it.each<[string, Partial<Ending>, object | null]>([
    ['is done with its files and exit 0', { files: [] }, { state: 'done', seconds: 7, bitExact: true }],
    ['is done though it was asked to stop', { files: [], verdict: 'stopping' }, { state: 'done' }],
    ['is nobody’s to end when its lease is lost', { files: [], verdict: 'lease-lost' }, null],
    [
      'is released, not done, when points were dropped',
      { files: [], verdict: 'cut-off' },
      { state: 'released' },
    ],
    ['is released with exit 75', code(75), { state: 'released' }],
    [
      'is released when it stopped on request, whatever its exit',
      { ...code(1), verdict: 'stopping' },
      { state: 'released' },
    ],
    ['is cancelled on request', { ...code(75), verdict: 'cancelled' }, { state: 'cancelled' }],
    [
      'failed without files',
      code(0),
      { state: 'failed', final: false, error: { code: 'TRAINER_ENDED', value: 0 } },
    ],
    [
      'failed by its exit, with files or not',
      { ...code(3), files: [] },
      { state: 'failed', error: { value: 3 } },
    ],
    [
      'failed by a signal',
      { exit: { code: null, signal: 'SIGKILL' } },
      { state: 'failed', error: { value: 'SIGKILL' } },
    ],
    [
      'failed when it hung',
      { exit: { code: null, signal: 'SIGKILL' }, verdict: 'hung' },
      { state: 'failed', error: { code: 'TRAINER_HUNG' } },
    ],
    [
      'failed for good when the cause has a name',
      { ...code(1), failure: error('IMAGE_MISSING') },
      { state: 'failed', final: true },
    ],
    [
      'may try again when the cause is our defect',
      { ...code(1), failure: error('INTERNAL') },
      { state: 'failed', final: false },
    ],
    [
      'failed when a write of it was refused after its end',
      { files: [], failure: error('INTERNAL') },
      { state: 'failed' },
    ],
  ])('%s', (_, changes, expected) => {
    const outcome = judge(ending(changes), terms());
    if (expected === null) expect(outcome).toBeNull();
    else expect(outcome).toMatchObject(expected);
  });

  it('fails for good when it failed as often as is allowed', () => {
    expect(judge(ending(code(9)), terms(lease(1)))).toMatchObject({ final: true });
  });
});

describe('bit-exactness', () => {
  it.each<[string, boolean, string | null, boolean]>([
    ['from the beginning, whatever earlier attempts did', false, null, true],
    ['from a checkpoint of the same kind of processor', true, 'avx2', true],
    ['not from a checkpoint of another', true, 'avx512f', false],
    ['not from a checkpoint that came from another', false, 'avx2', false],
  ])('holds %s', (_, stageIsExact, device, expected) => {
    expect(isBitExact(lease(0, stageIsExact, device), 'avx2')).toBe(expected);
  });
});
