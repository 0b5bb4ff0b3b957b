import { createHash } from 'node:crypto';
import { isOver, type ServerEvent } from '@ablate/contracts';
import type { Context } from '../context.js';
import { describeExperiment } from './describe-experiment.js';
import { findExperiment } from './find-experiment.js';

export interface StreamEvent {
  /** Digest of the state: whoever names it has seen it. */
  readonly id: string;
  readonly data: string;
}

const LOOK_MS = 400;

/**
 * An experiment's whole state, at once and whenever it changed, until it is over; null where a look brought nothing new. Since an
 * event is the whole state, a client that reconnects misses nothing; `seen` is the last one it has. The last state is always given.
 */
export async function* watchExperiment(
  context: Context,
  id: string,
  seen: string | null,
): AsyncGenerator<StreamEvent | null> {
  for (let last = seen; ; await new Promise((resolve) => setTimeout(resolve, LOOK_MS))) {
    let experiment: ServerEvent['experiment'];
    try {
      experiment = await describeExperiment(context, await findExperiment(context.experiments, id));
    } catch (error) {
      // The database may be away for a moment; the stream outlives that.
      context.logger.warn({ err: error, experiment: id }, 'watched experiment could not be read');
      yield null;
      continue;
    }
    const data = JSON.stringify({ type: 'experiment', experiment } satisfies ServerEvent);
    const digest = createHash('sha256').update(data).digest('base64url').slice(0, 22);
    const over = isOver(experiment.state);
    yield digest === last && !over ? null : { id: digest, data };
    if (over) return;
    last = digest;
  }
}
