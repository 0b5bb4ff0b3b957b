import type { ScheduleConfig } from '@ablate/catalogue';

/** Warm-up steps of a ratio, rounded up. Source: transformers `TrainingArguments.get_warmup_steps`. */
export const warmupSteps = (totalSteps: number, ratio: number): number => Math.ceil(totalSteps * ratio);

/**
 * Factor of the base learning rate at optimiser step `step` (0-based).
 * Warm-up rises linearly from 0, so the first step of a run with warm-up changes nothing; `constant` ignores it.
 * Source: transformers `optimization.py`, `get_cosine_schedule_with_warmup` (half a cycle),
 * `get_linear_schedule_with_warmup`, `get_constant_schedule`.
 */
export function scheduleFactor(
  kind: ScheduleConfig['kind'],
  step: number,
  totalSteps: number,
  warmup: number,
): number {
  if (kind === 'constant') return 1;
  if (step < warmup) return step / Math.max(1, warmup);
  const rest = Math.max(1, totalSteps - warmup);
  if (kind === 'linear') return Math.max(0, (totalSteps - step) / rest);
  return Math.max(0, 0.5 * (1 + Math.cos((Math.PI * (step - warmup)) / rest)));
}
