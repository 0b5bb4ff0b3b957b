import type { ScheduleConfig } from '@ablate/catalogue';
import { scheduleFactor, warmupSteps } from '@ablate/training';
import type { Tolerance } from '../checks.js';
import { readJson } from '../golden-case.js';
import type { Kind } from '../kinds.js';

interface Cases {
  readonly schedules: readonly {
    readonly type: ScheduleConfig['kind'];
    readonly base_lr: number;
    readonly num_warmup_steps: number;
    readonly num_training_steps: number;
    readonly kwargs?: SchedulerSettings | null;
    readonly lr: readonly number[];
  }[];
  readonly warmup_steps: readonly {
    readonly warmup_ratio: number;
    readonly num_training_steps: number;
    readonly warmup_steps: number;
  }[];
}

/** transformers' `lr_scheduler_kwargs`. */
interface SchedulerSettings {
  readonly num_cycles?: number;
  readonly power?: number;
  readonly lr_end?: number;
  readonly min_lr?: number;
  readonly min_lr_rate?: number;
}

/** transformers' settings as ours, which are shares of the base rate. A polynomial ends at 1e-7 unless told otherwise. */
function scheduleOf(
  kind: ScheduleConfig['kind'],
  base: number,
  settings: SchedulerSettings,
): Omit<ScheduleConfig, 'warmupRatio'> {
  const end = kind === 'polynomial' ? (settings.lr_end ?? 1e-7) : settings.min_lr;
  const minFactor = settings.min_lr_rate ?? (end === undefined ? undefined : end / base);
  return {
    kind,
    ...(settings.num_cycles === undefined ? {} : { cycles: settings.num_cycles }),
    ...(settings.power === undefined ? {} : { power: settings.power }),
    ...(minFactor === undefined ? {} : { minFactor }),
  };
}

/** Learning rates of transformers' schedules at every step, and rounding of warm-up steps. */
export const schedules: Kind = async (golden, checks) => {
  const { tolerance } = golden.json as { tolerance: Tolerance };
  const cases = readJson<Cases>(golden, 'cases.json');
  for (const { type, base_lr, num_warmup_steps, num_training_steps, kwargs, lr } of cases.schedules) {
    const schedule = scheduleOf(type, base_lr, kwargs ?? {});
    lr.forEach((wanted, step) => {
      const rate = base_lr * scheduleFactor(schedule, step, num_training_steps, num_warmup_steps);
      checks.number(
        `${type} ${num_training_steps}/${num_warmup_steps} step ${step}`,
        rate,
        wanted,
        tolerance,
      );
    });
  }
  for (const { warmup_ratio, num_training_steps, warmup_steps: wanted } of cases.warmup_steps) {
    checks.same(
      `warm-up ${warmup_ratio} of ${num_training_steps}`,
      warmupSteps(num_training_steps, warmup_ratio),
      wanted,
    );
  }
};
