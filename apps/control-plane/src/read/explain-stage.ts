import { explainDifference } from '@ablate/catalogue';
import type { Explanation } from '@ablate/contracts';
import type { Stage } from '@ablate/storage';
import type { Context } from '../context.js';
import { describeQueue } from './describe-queue.js';
import { findStage } from './find-stage.js';

const CANDIDATES = 200;
/** A stage that is further back in the queue waits for those before it. */
const MOST_WAITING = 1000;

/** Why a stage does not run yet; null for one that does not wait. */
async function whyNot(
  context: Context,
  { key, state }: Pick<Stage, 'key' | 'state'>,
): Promise<string | null> {
  if (state !== 'waiting' && state !== 'queued') return null;
  const { total, rows } = await describeQueue(context, MOST_WAITING);
  const found = rows.find((row) => row.key === key);
  if (found) return found.because;
  return total > rows.length
    ? `More than ${MOST_WAITING} stages come first.`
    : 'No experiment that is not over wants it.';
}

const plain = (value: unknown): string => (value === undefined ? 'absent' : JSON.stringify(value));

/** Why a stage was reused (hit), or which fields made it differ from the most similar earlier stage (miss). */
export async function explainStage(context: Context, keyOrPrefix: string): Promise<Explanation> {
  const stage = await findStage(context, keyOrPrefix);
  const uses = (await context.stages.uses([stage.key])).get(stage.key) ?? 0;
  const base = {
    key: stage.key,
    stage: stage.name,
    firstExperiment: stage.firstExperiment,
    inputs: stage.inputs as Explanation['inputs'],
    waits: await whyNot(context, stage),
    bitExact: stage.bitExact,
  };
  if (uses > 1) {
    const sentence = `Hit: ${uses} runs need exactly this stage (same config, weights, data, seed, trainer and numerics), so it ran once, first for ${stage.firstExperiment ?? 'an experiment that is gone'}.`;
    return { ...base, outcome: 'hit', sentence, nearest: null, differences: [] };
  }
  const others = (await context.stages.ofName(stage.name, CANDIDATES)).filter(
    ({ key, createdAt }) => key !== stage.key && createdAt <= stage.createdAt,
  );
  const compared = others
    .map((other) => ({ other, differences: explainDifference(stage.inputs, other.inputs) }))
    .sort((a, b) => a.differences.length - b.differences.length || (a.other.key < b.other.key ? -1 : 1));
  const [closest] = compared;
  if (!closest)
    return {
      ...base,
      outcome: 'miss',
      sentence: `Miss: the first "${stage.name}" stage here.`,
      nearest: null,
      differences: [],
    };
  const differences = closest.differences.map(({ path, a, b }) => ({
    path,
    here: a ?? null,
    there: b ?? null,
  }));
  const shown = closest.differences
    .slice(0, 3)
    .map(({ path, a, b }) => `${path} (${plain(b)} there, ${plain(a)} here)`);
  const more = differences.length > 3 ? ` and ${differences.length - 3} more` : '';
  return {
    ...base,
    outcome: 'miss',
    sentence: `Miss: the nearest stage ${closest.other.key.slice(0, 12)} differs in ${shown.join(', ')}${more}.`,
    nearest: closest.other.key,
    differences,
  };
}
