import { randomBytes } from 'node:crypto';
import { AblateError, type AblateErrorShape } from '@ablate/errors';
import { PATIENT, type Database } from './database.js';
import type { PlaygroundQuestion } from './generated/client.js';
import { countStaleWrite } from './attempts.js';
import { errorColumn, toText } from './json.js';

export interface NewQuestion {
  readonly runId: string;
  readonly pool: string;
  readonly question: string;
  readonly imageSha256: string;
  readonly imageType: string;
  readonly imageBytes: number;
  readonly maxNewTokens: number;
}

/** Proof that a worker may answer. */
export interface QuestionLease {
  readonly question: PlaygroundQuestion;
  readonly token: string;
}

export type Answer =
  | { readonly state: 'done'; readonly answer: string }
  | { readonly state: 'failed'; readonly error: AblateErrorShape }
  /** The worker stops: somebody else answers. */
  | { readonly state: 'released' };

/** Any fixed number: who asks comes one after the other, so that the limit holds. */
const LOCK = 4600_2028;

const lostTooOften = (id: string, times: number): AblateErrorShape =>
  new AblateError('ANSWER_LOST', `The worker was lost ${times} times while it answered.`, {
    path: 'playground',
    value: id,
    rule: 'A worker that answers lives until it has.',
    fix: 'See the workers’ logs (out of memory?), then ask again.',
  }).toJSON();

/** Questions that people ask finished runs; answered by workers under leases, as stages are. */
export class PlaygroundRepository {
  constructor(private readonly database: Database) {}

  /** Writes a question down; throws TOO_MANY_WAITING when `most` are not answered yet. */
  ask(question: NewQuestion, most: number): Promise<PlaygroundQuestion> {
    return this.database.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK})`;
      const open = await tx.playgroundQuestion.count({ where: { state: { in: ['waiting', 'running'] } } });
      if (open >= most)
        throw new AblateError('TOO_MANY_WAITING', `${open} questions wait for an answer already.`, {
          path: 'question',
          value: open,
          rule: `At most ${most} at a time.`,
          fix: 'Wait for some answers, then ask again.',
        });
      const id = `q-${randomBytes(8).toString('hex')}`;
      return tx.playgroundQuestion.create({ data: { id, ...question, question: toText(question.question) } });
    }, PATIENT);
  }

  find(id: string): Promise<PlaygroundQuestion | null> {
    return this.database.playgroundQuestion.findUnique({ where: { id } });
  }

  /** Newest first. */
  ofRun(runId: string, limit: number): Promise<PlaygroundQuestion[]> {
    return this.database.playgroundQuestion.findMany({
      where: { runId },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit,
    });
  }

  /** Those that need a job. */
  waiting(): Promise<PlaygroundQuestion[]> {
    return this.database.playgroundQuestion.findMany({
      where: { state: 'waiting' },
      orderBy: { createdAt: 'asc' },
    });
  }

  /** Takes a waiting question for a worker, with a new token; null when it is answered or taken, or the job is an old one. */
  async lease(
    id: string,
    attempt: number,
    workerId: string,
    device: string,
    leaseMs: number,
  ): Promise<QuestionLease | null> {
    const token = randomBytes(16).toString('hex');
    const taken = await this.database.$executeRaw`
      UPDATE playground_questions SET state = 'running', token = ${token}, worker_id = ${workerId}, device = ${device}, started_at = now(),
        lease_expires_at = now() + ${leaseMs} * interval '1 millisecond'
      WHERE id = ${id} AND attempt = ${attempt} AND state = 'waiting'`;
    if (taken === 0) return null;
    return { question: (await this.find(id))!, token };
  }

  /** Keeps a lease; false when it is gone. */
  async renew({ question: { id }, token }: QuestionLease, leaseMs: number): Promise<boolean> {
    const kept = await this.database.$executeRaw`
      UPDATE playground_questions SET lease_expires_at = now() + ${leaseMs} * interval '1 millisecond'
      WHERE id = ${id} AND token = ${token} AND state = 'running'`;
    return kept > 0;
  }

  /** Records how it ended; false, and counted as a stale write, when the question was given away. */
  async finish({ question: { id }, token }: QuestionLease, ending: Answer): Promise<boolean> {
    const data =
      ending.state === 'released'
        ? { state: 'waiting', attempt: { increment: 1 }, token: null, leaseExpiresAt: null }
        : {
            state: ending.state,
            finishedAt: new Date(),
            leaseExpiresAt: null,
            answer: ending.state === 'done' ? toText(ending.answer) : null,
            error: errorColumn(ending.state === 'failed' ? ending.error : null),
          };
    const { count } = await this.database.playgroundQuestion.updateMany({
      where: { id, token, state: 'running' },
      data,
    });
    if (count === 0) await countStaleWrite(this.database);
    return count > 0;
  }

  /** Leases that ran out more than `graceMs` ago: asked again, or failed when that happened `most` times. Returns their ids. */
  async expire(graceMs: number, most: number): Promise<string[]> {
    return this.database.$transaction(async (tx) => {
      const lost = await tx.$queryRaw<{ id: string; attempt: number }[]>`
        SELECT id, attempt FROM playground_questions
        WHERE state = 'running' AND lease_expires_at + ${graceMs} * interval '1 millisecond' < now() FOR UPDATE SKIP LOCKED`;
      for (const { id, attempt } of lost) {
        const data =
          attempt < most
            ? { state: 'waiting', attempt: attempt + 1, token: null, leaseExpiresAt: null }
            : {
                state: 'failed',
                token: null,
                leaseExpiresAt: null,
                finishedAt: new Date(),
                error: errorColumn(lostTooOften(id, attempt)),
              };
        await tx.playgroundQuestion.update({ where: { id }, data });
      }
      return lost.map(({ id }) => id);
    });
  }
}
