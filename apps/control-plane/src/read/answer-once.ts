import type { Experiment } from '@ablate/storage';
import type { Context } from '../context.js';
import { primaryMetrics } from './measure-cells.js';

/** An answer that rests on an experiment's scores, kept once the experiment is done; which metric is a benchmark's primary one counts too. */
export async function answerOnce<T>(
  context: Context,
  experiment: Experiment,
  question: readonly unknown[],
  compute: () => Promise<T>,
): Promise<T> {
  const primary = [...(await primaryMetrics(context, experiment))];
  return context.answers.of(experiment, [...question, primary], compute);
}
