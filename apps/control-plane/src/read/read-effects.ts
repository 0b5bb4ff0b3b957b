import { answerEffects } from '@ablate/analysis';
import type { EffectsView } from '@ablate/contracts';
import { AblateError } from '@ablate/errors';
import type { Experiment } from '@ablate/storage';
import type { Context } from '../context.js';
import { answerOnce } from './answer-once.js';
import { runTable } from './run-table.js';

export interface EffectsQuery {
  readonly metric?: string | undefined;
  readonly model: 'main' | 'two_way';
  /** `a,b;c,d` */
  readonly joint?: string | undefined;
}

const noRuns = (id: string): AblateError =>
  new AblateError('NOTHING_MEASURED', `No run of "${id}" has a score yet.`, {
    path: 'id',
    value: id,
    rule: 'At least one finished run with a finite score.',
    fix: 'Wait for the first evaluation: `ablate watch` shows it.',
  });

/** `analysis` names what does not fit in a RangeError. */
export function asBadQuery(error: unknown, path: string, value: string): unknown {
  if (!(error instanceof RangeError)) return error;
  return new AblateError(
    'BAD_QUERY',
    error.message,
    { path, value, rule: 'Axes of this experiment.', fix: `Correct ${path}.` },
    { cause: error },
  );
}

/** What an experiment says about its axes, on one metric. */
export const readEffects = (
  context: Context,
  experiment: Experiment,
  query: EffectsQuery,
): Promise<EffectsView> =>
  answerOnce(context, experiment, ['effects', query], () => effectsNow(context, experiment, query));

async function effectsNow(
  context: Context,
  experiment: Experiment,
  { metric: wanted, model, joint = '' }: EffectsQuery,
): Promise<EffectsView> {
  const { metric, seeds, sharedBySeeds, ...table } = await runTable(context, experiment, wanted);
  if (table.runs.every(({ score }) => score === null)) throw noRuns(experiment.id);
  const groups = joint
    .split(';')
    .map((group) => group.split(',').map((axis) => axis.trim()))
    .filter((group) => group.length > 1);
  try {
    const answer = answerEffects({ ...table, joint: groups, order: model === 'main' ? 'main' : 'twoWay' });
    // Library objects are read-only and may carry more than the contract; JSON has what is sent.
    return JSON.parse(
      JSON.stringify({ experiment: experiment.id, metric, model, seeds, sharedBySeeds, ...answer }),
    ) as EffectsView;
  } catch (error) {
    throw asBadQuery(error, 'joint', joint);
  }
}
