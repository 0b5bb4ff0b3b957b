import type { PredictionsView } from '@ablate/contracts';
import { AblateError } from '@ablate/errors';
import type { Experiment, RunRow } from '@ablate/storage';
import type { Context } from '../context.js';

const PREFIX = 'evaluate:';
const MOST_RUNS = 8;

export interface PredictionsQuery {
  readonly benchmark?: string | undefined;
  readonly runs?: string | undefined;
  readonly show: 'all' | 'disagreement' | 'wrong' | 'right' | 'blind';
  readonly category?: string | undefined;
  readonly text?: string | undefined;
  readonly offset: number;
  readonly limit: number;
}

/** Runs that were asked for; else the baseline's first and the first of another cell. */
function chooseRuns(runs: readonly RunRow[], baseline: string | null, asked: string | undefined): RunRow[] {
  const wanted = (asked ?? '').split(',').filter(Boolean);
  if (wanted.length > 0) {
    return wanted.slice(0, MOST_RUNS).map((id) => {
      const run = runs.find((one) => one.id === id);
      if (run) return run;
      throw new AblateError('BAD_QUERY', `"${id}" is no run of this experiment with answers.`, {
        path: 'runs',
        value: id,
        rule: 'Finished runs of this experiment, by commas.',
        fix: 'List them with `ablate runs EXPERIMENT`.',
      });
    });
  }
  const first = runs.find(({ cellId }) => cellId === baseline) ?? runs[0];
  const second = runs.find(({ cellId }) => cellId !== first?.cellId);
  return [first, second].filter((run) => run !== undefined);
}

/** Questions of a benchmark with answers of several runs side by side. */
export async function readPredictions(
  context: Context,
  experiment: Experiment,
  { benchmark: asked, runs: ids, show, category, text, offset, limit }: PredictionsQuery,
): Promise<PredictionsView> {
  const all = await context.experiments.runs(experiment.id);
  const stages = await context.stages.evaluations(experiment.id);
  const benchmarks = [...new Set(stages.map(({ name }) => name.slice(PREFIX.length)))];
  const benchmark = asked ?? benchmarks[0] ?? '';
  const keys = new Set(
    stages.flatMap(({ key, name, state }) =>
      name === `${PREFIX}${benchmark}` && state === 'done' ? [key] : [],
    ),
  );
  const keyOf = (run: RunRow): string | undefined =>
    run.stages.find(({ stageKey }) => keys.has(stageKey))?.stageKey;
  const chosen = chooseRuns(
    all.filter((run) => keyOf(run) !== undefined),
    experiment.baselineCell,
    ids,
  );
  const stageKeys = chosen.map((run) => keyOf(run)!);
  const filter = { show, category: category ?? null, text: text ?? null, offset, limit };
  const { total, rows } = await context.details.questions(stageKeys, filter);
  return {
    benchmark,
    benchmarks,
    runs: chosen.map(({ id, seed, cell }) => ({ id, seed, label: cell.label })),
    categories: await context.details.categories(stageKeys),
    total,
    rows: rows.map(({ answers, questionId, question, image, target, category: kind }) => ({
      questionId,
      question,
      image,
      target,
      category: kind,
      answers: chosen.flatMap((run) => {
        const of = (control: string) =>
          answers.find((one) => one.stageKey === keyOf(run) && one.control === control);
        const own = of('none');
        const blind = of('blind');
        return own
          ? [
              {
                run: run.id,
                answer: own.answer,
                score: own.score,
                blind: blind ? { answer: blind.answer, score: blind.score } : null,
              },
            ]
          : [];
      }),
    })),
  };
}
