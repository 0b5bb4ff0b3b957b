import type { ScheduleConfig } from '@ablate/catalogue';

/** Warm-up steps of a ratio, rounded up. Source: transformers `TrainingArguments.get_warmup_steps`. */
export const warmupSteps = (totalSteps: number, ratio: number): number => Math.ceil(totalSteps * ratio);

const cosine = (turns: number): number => 0.5 * (1 + Math.cos(Math.PI * turns));

/**
 * Factor of the base learning rate at optimiser step `step` (0-based).
 * Warm-up rises linearly from 0, so the first step of a run with warm-up changes nothing; `constant` ignores it.
 * Past the end a cosine rises again. Source: transformers 4.40 `optimization.py`.
 */
export function scheduleFactor(
  { kind, cycles, power = 1, minFactor = 0 }: Omit<ScheduleConfig, 'warmupRatio'>,
  step: number,
  totalSteps: number,
  warmup: number,
): number {
  if (kind === 'constant') return 1;
  if (step < warmup) return step / Math.max(1, warmup);
  const rest = Math.max(1, totalSteps - warmup);
  const progress = (step - warmup) / rest;
  switch (kind) {
    case 'constant_with_warmup':
      return 1;
    case 'linear':
      return Math.max(0, (totalSteps - step) / rest);
    case 'cosine':
      // The default is written out, as it keeps the bits of older runs.
      return cycles === undefined
        ? Math.max(0, 0.5 * (1 + Math.cos((Math.PI * (step - warmup)) / rest)))
        : Math.max(0, cosine(2 * cycles * progress));
    case 'cosine_with_min_lr':
      return Math.max(0, cosine(2 * (cycles ?? 0.5) * progress) * (1 - minFactor) + minFactor);
    case 'cosine_with_restarts':
      return progress >= 1 ? 0 : Math.max(0, cosine(((cycles ?? 1) * progress) % 1));
    case 'polynomial':
      return step > totalSteps ? minFactor : (1 - minFactor) * (1 - progress) ** power + minFactor;
    case 'inverse_sqrt': {
      // Source: `get_inverse_sqrt_schedule`; without a time scale it is the warm-up, or 10,000.
      const timescale = warmup || 10_000;
      return 1 / Math.sqrt((step + timescale - warmup) / timescale);
    }
  }
}
