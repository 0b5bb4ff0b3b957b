import { compareQuestions, isItNoise } from '@ablate/analysis';
import type { QuestionsView } from '@ablate/contracts';
import { AblateError } from '@ablate/errors';
import type { Context } from '../context.js';
import { findRun } from './describe-runs.js';

const RESAMPLES = 2000;

export interface RunsQuery {
  readonly with: string;
  readonly benchmark: string;
  readonly seed: number;
}

/** Marks by question of a run's finished evaluation. Throws NOT_EVALUATED. */
async function marksOf(context: Context, id: string, benchmark: string): Promise<Map<string, number>> {
  const run = await findRun(context, id);
  const stages = await context.stages.find(run.stages.map(({ stageKey }) => stageKey));
  const stage = stages.find(({ name, state }) => name === `evaluate:${benchmark}` && state === 'done');
  const marks = stage ? await context.results.scores(stage.key) : [];
  if (marks.length > 0) return new Map(marks.map(({ questionId, score }) => [questionId, score]));
  throw new AblateError('NOT_EVALUATED', `Run "${id}" has no answers to "${benchmark}".`, {
    path: 'benchmark',
    value: benchmark,
    rule: `A finished evaluation; this run has ${stages.flatMap(({ name, kind }) => (kind === 'evaluate' ? [name.slice('evaluate:'.length)] : [])).join(', ') || 'none'}.`,
    fix: 'Name a benchmark that both runs have finished.',
  });
}

/** Whether one run answers a benchmark better than another: over the questions that both were asked. */
export async function compareRuns(
  context: Context,
  first: string,
  { with: second, benchmark, seed }: RunsQuery,
): Promise<QuestionsView> {
  const before = await marksOf(context, first, benchmark);
  const after = await marksOf(context, second, benchmark);
  const common = [...before.keys()].filter((question) => after.has(question));
  if (common.length === 0)
    throw new AblateError('NOT_EVALUATED', `"${first}" and "${second}" have no question in common.`, {
      path: 'with',
      value: second,
      rule: 'Two runs evaluated on the same version of a benchmark.',
      fix: 'Evaluate both on the same questions.',
    });
  const result = compareQuestions(
    common.map((question) => before.get(question)!),
    common.map((question) => after.get(question)!),
    { draws: RESAMPLES, seed },
  );
  const [lo, hi] = result.bootstrap.percentile;
  const p = result.mcnemar?.pExact ?? result.signFlip.pTwoSided;
  return {
    benchmark,
    first,
    second,
    questions: result.questions,
    firstMean: result.firstMean,
    secondMean: result.secondMean,
    difference: result.difference,
    bootstrap: {
      resamples: RESAMPLES,
      seed,
      lo,
      hi,
      bca: result.bootstrap.bca && { lo: result.bootstrap.bca[0], hi: result.bootstrap.bca[1] },
    },
    mcnemar: result.mcnemar && {
      onlyFirstRight: result.mcnemar.onlyFirstRight,
      onlySecondRight: result.mcnemar.onlySecondRight,
      p: result.mcnemar.pExact,
    },
    p: result.signFlip.pTwoSided,
    sentence: isItNoise({
      a: first,
      b: second,
      estimate: { estimable: true, estimate: result.difference, lo, hi, p },
      source: 'questions',
    }).sentence,
  };
}
