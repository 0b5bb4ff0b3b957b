import type { ExperimentState } from '@ablate/contracts';
import { AblateError } from '@ablate/errors';

/** What a person may do to an experiment's state. */
export type Change = 'pause' | 'resume' | 'cancel';

interface Rule {
  readonly to: ExperimentState;
  readonly from: readonly ExperimentState[];
  readonly code: string;
  readonly rule: string;
}

const RULES: Readonly<Record<Change, Rule>> = {
  pause: {
    to: 'paused',
    from: ['running'],
    code: 'NOT_RUNNING',
    rule: 'Only a running experiment is paused.',
  },
  resume: {
    to: 'running',
    from: ['paused'],
    code: 'NOT_PAUSED',
    rule: 'Only a paused experiment is resumed.',
  },
  cancel: {
    to: 'cancelled',
    from: ['running', 'paused'],
    code: 'NOT_RUNNING',
    rule: 'Only an experiment that is running or paused is cancelled.',
  },
};

const fixOf = (change: Change, state: ExperimentState): string => {
  if (state === 'running') return 'Nothing: it runs.';
  if (state === 'paused') return 'Nothing: it is paused; `ablate resume` goes on with it.';
  return change === 'resume' && state !== 'done'
    ? 'Use `ablate retry`, which offers failed and cancelled stages again.'
    : 'Nothing: it has ended.';
};

/** The state after a change. Throws NOT_RUNNING or NOT_PAUSED where the change makes no sense. */
export function stateAfter(change: Change, id: string, state: ExperimentState): ExperimentState {
  const { to, from, code, rule } = RULES[change];
  if (from.includes(state)) return to;
  throw new AblateError(code, `Experiment "${id}" is ${state}.`, {
    path: 'id',
    value: state,
    rule,
    fix: fixOf(change, state),
  });
}
