import type { PlaygroundView } from '@ablate/contracts';
import { AblateError } from '@ablate/errors';
import type { PlaygroundQuestion } from '@ablate/storage';
import type { Context } from '../context.js';
import { findRun } from '../read/describe-runs.js';
import { describeQuestion } from './describe-question.js';
import { readPicture } from './read-picture.js';

/** Questions that are not answered yet, over all runs. */
const MOST_OPEN = 20;
/** A person waits for it: before all stages. */
const PRIORITY = 100;

/** Gives a question its job; its id is made of the question and its attempt, so a second one is not added. */
export async function enqueueQuestion(
  { queueOf }: Context,
  { id, attempt, pool }: PlaygroundQuestion,
): Promise<void> {
  const queue = await queueOf(pool);
  await queue.enqueue(
    'answer-question',
    { version: 1, questionId: id, attempt, pool },
    { jobId: `${id}-${attempt}`, priority: PRIORITY },
  );
}

/** The pool of the run's last training, which must be done. */
async function poolOf(context: Context, runId: string): Promise<string> {
  const { stages: links } = await findRun(context, runId);
  const rows = new Map(
    (await context.stages.find(links.map(({ stageKey }) => stageKey))).map((row) => [row.key, row]),
  );
  const trainings = links.map(({ stageKey }) => rows.get(stageKey)!).filter(({ kind }) => kind === 'train');
  const last = trainings.at(-1);
  if (!last)
    throw new AblateError('NOTHING_TRAINED', `Run ${runId} has no training: its figures were imported.`, {
      path: 'id',
      value: runId,
      rule: 'A run that was trained here.',
      fix: 'Ask another run.',
    });
  const open = trainings.find(({ state }) => state !== 'done');
  if (open)
    throw new AblateError('NOT_TRAINED', `Stage "${open.name}" of run ${runId} is ${open.state}.`, {
      path: 'id',
      value: open.state,
      rule: 'All trainings of a run are done before it is asked.',
      fix: 'Wait for the run, or retry it.',
    });
  return last.pool;
}

/** Writes a question and its picture down and queues it; a worker answers. */
export async function askRun(
  context: Context,
  runId: string,
  {
    question,
    image,
    maxNewTokens,
  }: { readonly question: string; readonly image: string; readonly maxNewTokens: number },
): Promise<PlaygroundView> {
  const pool = await poolOf(context, runId);
  const { bytes, type } = readPicture(image);
  const imageSha256 = await context.artifacts.write(bytes);
  const asked = await context.playground.ask(
    { runId, pool, question, imageSha256, imageType: type, imageBytes: bytes.length, maxNewTokens },
    MOST_OPEN,
  );
  // The row is there: should the queue be away, the reconciler brings the job.
  await enqueueQuestion(context, asked).catch((error: unknown) =>
    context.logger.warn({ err: error, question: asked.id }, 'question could not be queued yet'),
  );
  return describeQuestion(context, asked);
}
