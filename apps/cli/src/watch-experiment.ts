import type { Client, ExperimentDetail } from '@ablate/contracts';
import type { Context } from './context.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { createLive } from './views/live.js';
import { failureLines, progressLines, progressSummary } from './views/progress-view.js';

/** Shows an experiment live on standard error until it is over; returns its last state. `onChange` sees every state. */
export async function watchExperiment(
  { err, json }: Pick<Context, 'err' | 'json'>,
  client: Client,
  id: string,
  options: { readonly signal?: AbortSignal; readonly onChange?: (detail: ExperimentDetail) => void } = {},
): Promise<ExperimentDetail> {
  const live = createLive(err);
  for await (const { experiment } of client.events(id, options.signal)) {
    options.onChange?.(experiment);
    if (!json) live.show(progressLines(experiment), progressSummary(experiment));
  }
  live.end();
  const detail = await client.experiment({ params: { id } });
  if (!json && !err.isTTY) err.write(`${progressSummary(detail)}\n`);
  for (const line of json ? [] : failureLines(detail)) err.write(`${line}\n`);
  return detail;
}

/** Failed and cancelled work is 1. */
export const outcomeOf = ({ state }: Pick<ExperimentDetail, 'state'>): ExitCode =>
  state === 'failed' || state === 'cancelled' ? EXIT.failed : EXIT.done;
