import type { PlaygroundView } from '@ablate/contracts';
import type { AblateErrorShape } from '@ablate/errors';
import type { PlaygroundQuestion } from '@ablate/storage';
import type { Context } from '../context.js';
import { notFound } from '../not-found.js';
import { findRun } from '../read/describe-runs.js';

const MOST_SHOWN = 50;

/** Why questions of a pool wait, in one sentence. */
async function whyWaits({ workers, attempts, stages }: Context, pool: string): Promise<string> {
  const slots = (await workers.list()).reduce((sum, one) => sum + (one.pool === pool ? one.slots : 0), 0);
  if (slots === 0) return `No worker serves pool "${pool}": start one with \`npx ablate worker\`.`;
  const leased = await attempts.leased();
  const pools = await stages.poolsOf(leased.map(({ stageKey }) => stageKey));
  return pools.filter((one) => one === pool).length >= slots
    ? `All ${slots} slots are busy; it takes the next one that is free.`
    : 'A slot is free; it starts in a moment.';
}

/** A question as people see it. */
export async function describeQuestion(context: Context, asked: PlaygroundQuestion): Promise<PlaygroundView> {
  return {
    id: asked.id,
    run: asked.runId,
    question: asked.question,
    image: { type: asked.imageType, bytes: asked.imageBytes },
    maxNewTokens: asked.maxNewTokens,
    state: asked.state as PlaygroundView['state'],
    because: asked.state === 'waiting' ? await whyWaits(context, asked.pool) : null,
    answer: asked.answer,
    error: asked.error as AblateErrorShape | null,
    attempts: asked.attempt,
    device: asked.device,
    createdAt: asked.createdAt.toISOString(),
    startedAt: asked.startedAt?.toISOString() ?? null,
    finishedAt: asked.finishedAt?.toISOString() ?? null,
  };
}

export async function findQuestion({ playground }: Context, id: string): Promise<PlaygroundQuestion> {
  const asked = await playground.find(id);
  if (!asked) throw notFound('question', id, 'List them with GET /runs/{id}/playground.');
  return asked;
}

/** The newest questions that a run was asked. */
export async function listQuestions(context: Context, runId: string): Promise<PlaygroundView[]> {
  await findRun(context, runId);
  const rows = await context.playground.ofRun(runId, MOST_SHOWN);
  return Promise.all(rows.map((row) => describeQuestion(context, row)));
}
