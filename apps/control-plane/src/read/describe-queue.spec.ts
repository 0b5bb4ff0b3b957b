import { describe, expect, it } from '@jest/globals';
import type { WaitingRow } from '@ablate/storage';
import { waitState, whyWaits, type Situation } from './describe-queue.js';

const row = (changes: Partial<WaitingRow> = {}): WaitingRow => ({
  key: 'k',
  name: 'finetune',
  kind: 'train',
  state: 'waiting',
  pool: 'default',
  priority: 50,
  flops: 1e9,
  createdAt: new Date(0),
  experiments: ['e-1'],
  paused: false,
  parents: [],
  ...changes,
});
const situation = (changes: Partial<Situation> = {}): Situation => ({
  workers: [{ pool: 'default', slots: 2 }],
  busy: new Map([['default', 2]]),
  ahead: 0,
  full: new Map(),
  ...changes,
});
const parents = (state: string) => [{ name: 'pretrain', state }];

describe('a waiting stage', () => {
  it('is blocked, paused, waiting, ready or queued', () => {
    expect(waitState(row({ parents: parents('failed') }))).toBe('blocked');
    expect(waitState(row({ parents: parents('running') }))).toBe('waiting');
    expect(waitState(row())).toBe('ready');
    expect(waitState(row({ state: 'queued' }))).toBe('queued');
    expect(waitState(row({ paused: true }))).toBe('paused');
    expect(waitState(row({ paused: true, parents: parents('failed') }))).toBe('blocked');
  });

  it.each([
    [
      row({ parents: parents('failed') }),
      {},
      'The stage before it, pretrain, has failed: retry the experiment.',
    ],
    [row({ parents: parents('running') }), {}, 'It starts from pretrain, which runs now.'],
    [row({ parents: parents('waiting') }), {}, 'It starts from pretrain, which waits itself.'],
    [row({ paused: true }), {}, 'Its experiment e-1 is paused: resume it and it goes on.'],
    [
      row({ paused: true, experiments: ['e-1', 'e-2'] }),
      {},
      'All experiments that want it are paused: resume one and it goes on.',
    ],
    [row({ pool: 'gpu' }), {}, 'No worker serves pool "gpu": start one with `npx ablate worker`.'],
    [
      row(),
      { full: new Map([['e-1', 1]]) },
      'Its experiment runs 1 stage at once already, which is its maxParallel.',
    ],
    [row(), { ahead: 3 }, '2 of 2 slots are busy, and 3 stages of equal or higher priority come first.'],
    [row(), {}, 'All 2 slots are busy; it is next.'],
    [row(), { busy: new Map() }, 'A slot is free; it starts in a moment.'],
  ])('says why in one sentence (%#)', (waiting, changes, sentence) => {
    expect(whyWaits(waiting, situation(changes))).toBe(sentence);
  });
});
