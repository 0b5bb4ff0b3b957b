import type { ProducedFile } from '@ablate/catalogue';
import { AblateError, type AblateErrorShape } from '@ablate/errors';
import type { Lease, Outcome } from '@ablate/storage';
import type { Exit } from './child.js';

/** Why the supervisor ended its trainer, when it did. `cut-off`: the database took no write for the length of a lease. */
export type Verdict = 'lease-lost' | 'cut-off' | 'hung' | 'cancelled' | 'stopping';

/** What is known of an attempt when its trainer has ended. */
export interface Ending {
  readonly exit: Exit;
  readonly verdict: Verdict | null;
  /** What the trainer, or the supervisor, named as the cause. */
  readonly failure: AblateErrorShape | null;
  /** Of the trainer's `done`. */
  readonly files: readonly ProducedFile[] | null;
  readonly seconds: number;
}

interface Terms {
  readonly lease: Pick<Lease, 'attemptId' | 'stage' | 'checkpoint'>;
  readonly device: string;
  readonly hangMs: number;
  readonly maxFailures: number;
}

/** A trainer's exit code when it was asked to stop and left a checkpoint. */
const RELEASED = 75;

/** Whether what this attempt does equals the undisturbed run's bits: every checkpoint it descends from was made on such a processor. */
export const isBitExact = ({ stage, checkpoint }: Terms['lease'], device: string): boolean =>
  checkpoint === null || (stage.bitExact && checkpoint.device === device);

/** How an attempt ended; null when it is no longer ours to say. */
export function judge(ending: Ending, terms: Terms): Outcome | null {
  const { exit, verdict, failure, files, seconds } = ending;
  if (verdict === 'lease-lost') return null;
  // Points were dropped: the next attempt writes them again from the last checkpoint.
  if (verdict === 'cut-off') return { state: 'released' };
  if (files && exit.code === 0 && failure === null)
    return { state: 'done', seconds, bitExact: isBitExact(terms.lease, terms.device) };
  if (verdict === 'cancelled') return { state: 'cancelled' };
  if (verdict === 'stopping' || (exit.code === RELEASED && failure === null)) return { state: 'released' };
  return failed(failure ?? unexplained(ending, terms), terms);
}

/** A named error comes back on every try; what is not named may have been the machine. */
export function failed(error: AblateErrorShape, { lease, maxFailures }: Terms): Outcome {
  const mayPass = ['INTERNAL', 'TRAINER_ENDED', 'TRAINER_HUNG'].includes(error.code);
  return { state: 'failed', error, final: !mayPass || lease.stage.failures + 1 >= maxFailures };
}

function unexplained({ exit, verdict }: Ending, { lease, hangMs }: Terms): AblateErrorShape {
  const details = { path: lease.attemptId, value: exit.signal ?? exit.code };
  if (verdict === 'hung') {
    return new AblateError('TRAINER_HUNG', `The trainer made no progress for ${hangMs / 1000} s.`, {
      ...details,
      rule: 'A trainer reports a new step before ABLATE_HANG_MS have passed.',
      fix: 'See the log of the run; raise ABLATE_HANG_MS if a step may take longer.',
    }).toJSON();
  }
  const how = exit.signal
    ? `was ended by ${exit.signal}`
    : `ended with exit ${exit.code} and without a result`;
  return new AblateError('TRAINER_ENDED', `The trainer ${how}.`, {
    ...details,
    rule: 'A trainer ends with `done`, or with an error that says why.',
    fix:
      exit.signal === 'SIGKILL'
        ? 'Was the machine out of memory? Lower batchSize or raise accumulation.'
        : 'See the log of the run.',
  }).toJSON();
}
