import type { ScheduleConfig } from '@ablate/catalogue';
import { tensor, type TensorData } from '@ablate/tensor';
import { adamW, clipScale, gradientNorm, scheduleFactor, type OptimiserState } from '@ablate/training';
import type { Checks, Tolerance } from '../checks.js';
import { readJson } from '../golden-case.js';
import type { Kind } from '../kinds.js';

type Nested = number | readonly Nested[];
type Named<T> = Readonly<Record<string, T>>;

interface Case {
  readonly config: {
    readonly name: string;
    readonly lr: number;
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly weight_decay: number;
    readonly max_grad_norm: number | null;
    readonly no_decay: readonly string[];
    readonly group_lr: Named<number>;
    readonly schedule: {
      readonly type: ScheduleConfig['kind'];
      readonly warmup: number;
      readonly steps: number;
    } | null;
  };
  readonly gradients: readonly Named<Nested | null>[];
  readonly steps: readonly {
    readonly lr: number | Named<number>;
    readonly grad_norm: number | null;
    readonly params: Named<Nested>;
  }[];
  readonly final_state: Named<{ readonly step: number; readonly m: Nested; readonly v: Nested } | null>;
}

const flat = (nested: Nested): number[] => [nested].flat(9) as number[];
const float = (values: ArrayLike<number>): TensorData => tensor(Float32Array.from(values), [values.length]);

function runCase(
  { config, gradients, steps, final_state }: Case,
  initial: Named<Nested>,
  checks: Checks,
  tolerance: Tolerance,
): void {
  const parameters = new Map(
    Object.entries(initial).map(([name, value]) => [name, Float32Array.from(flat(value))]),
  );
  const state: OptimiserState = new Map();
  const { name: label, lr, group_lr, betas, eps: epsilon, schedule } = config;
  const [beta1, beta2] = betas;
  steps.forEach((expected, step) => {
    const given = Object.entries(gradients[step]!).flatMap(([name, value]) =>
      value === null ? [] : [{ name, gradient: Float32Array.from(flat(value)) }],
    );
    const norm = gradientNorm(given.map(({ gradient }) => gradient));
    const factor = schedule
      ? scheduleFactor({ kind: schedule.type }, step, schedule.steps, schedule.warmup)
      : 1;
    const rateOf = (name: string): number => factor * (group_lr[name] ?? lr);
    const updates = given.map(({ name, gradient }) => ({
      name,
      gradient,
      parameter: parameters.get(name)!,
      learningRate: rateOf(name),
      weightDecay: config.no_decay.includes(name) ? 0 : config.weight_decay,
    }));
    adamW(state, updates, { beta1, beta2, epsilon }, clipScale(norm, config.max_grad_norm));
    const what = (name: string): string => `${label} step ${step} ${name}`;
    if (expected.grad_norm !== null) checks.number(what('grad_norm'), norm, expected.grad_norm, tolerance);
    for (const [name, value] of Object.entries(expected.params)) {
      const wanted = typeof expected.lr === 'number' ? expected.lr : expected.lr[name]!;
      checks.number(what(`lr of ${name}`), rateOf(name), wanted, { abs: 1e-12, rel: 1e-6 });
      checks.close(what(name), float(parameters.get(name)!), float(flat(value)), tolerance);
    }
  });
  for (const [name, wanted] of Object.entries(final_state)) {
    if (!wanted) continue;
    const moments = state.get(name);
    checks.same(`${label} ${name} step`, moments?.step, wanted.step);
    checks.close(`${label} ${name} m`, moments && float(moments.mean), float(flat(wanted.m)), tolerance);
    checks.close(`${label} ${name} v`, moments && float(moments.square), float(flat(wanted.v)), tolerance);
  }
}

/** AdamW with decay groups, clipping and schedules, step by step. This optimiser keeps float32: graded so. */
export const optimiserAdamW: Kind = async (golden, checks) => {
  const { abs, rel, abs_if_float32 } = (
    golden.json as {
      tolerance: Tolerance & { readonly abs_if_float32?: number };
    }
  ).tolerance;
  const { initial, cases } = readJson<{ initial: Named<Nested>; cases: readonly Case[] }>(
    golden,
    'cases.json',
  );
  for (const one of cases) runCase(one, initial, checks, { abs: abs_if_float32 ?? abs, rel });
};
