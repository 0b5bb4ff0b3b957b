import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { scheduleFactor, warmupSteps } from './schedule.js';

interface Case {
  type: string;
  base_lr: number;
  num_warmup_steps: number;
  num_training_steps: number;
  lr: number[];
}
const golden = JSON.parse(
  readFileSync(new URL('../test/fixtures/schedules.json', import.meta.url), 'utf8'),
) as {
  schedules: Case[];
  warmup_steps: { warmup_ratio: number; num_training_steps: number; warmup_steps: number }[];
};
const kinds = ['cosine', 'linear', 'constant'] as const;

describe('schedule', () => {
  for (const kind of kinds) {
    it(`gives the learning rates of transformers: ${kind}`, () => {
      const cases = golden.schedules.filter(({ type }) => type === kind);
      expect(cases.length).toBeGreaterThan(0);
      for (const { base_lr, num_training_steps, num_warmup_steps, lr } of cases) {
        lr.forEach((expected, step) => {
          const value = base_lr * scheduleFactor({ kind }, step, num_training_steps, num_warmup_steps);
          expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-12 + 1e-6 * Math.abs(expected));
        });
      }
    });
  }

  it('rounds warm-up steps up', () => {
    for (const { warmup_ratio, num_training_steps, warmup_steps } of golden.warmup_steps) {
      expect(warmupSteps(num_training_steps, warmup_ratio)).toBe(warmup_steps);
    }
  });
});
