import type { Experiment } from '@ablate/storage';

const MOST = 300;

/**
 * Answers about experiments that are done: every stage of theirs is finished and stays as it is, so each answer is computed once. Those
 * that were asked for least lately go first. `retry` and whatever else makes an experiment run again changes when it was finished.
 */
export class AnswerStore {
  private readonly kept = new Map<string, Promise<unknown>>();

  /** `question` holds everything besides the experiment that the answer depends on. */
  of<T>(
    { id, state, finishedAt }: Pick<Experiment, 'id' | 'state' | 'finishedAt'>,
    question: readonly unknown[],
    compute: () => Promise<T>,
  ): Promise<T> {
    if (state !== 'done' || finishedAt === null) return compute();
    const key = JSON.stringify([id, finishedAt, ...question]);
    const known = this.kept.get(key);
    this.kept.delete(key);
    const answer = known ?? compute();
    this.kept.set(key, answer);
    if (!known) answer.catch(() => this.kept.get(key) === answer && this.kept.delete(key));
    if (this.kept.size > MOST) this.kept.delete(this.kept.keys().next().value!);
    return answer as Promise<T>;
  }
}
