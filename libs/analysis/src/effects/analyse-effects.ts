import { factorsOf, type AxesInput } from '../linear/factors.js';
import { balanceOf, cellSums, missingCells, usable, type Balance, type Run } from '../linear/runs.js';
import { seedNoise, type SeedNoise } from '../seed-noise.js';
import { modelEffects, type ModelEffects } from './model-effects.js';

export interface EffectsInput extends AxesInput {
  readonly runs: readonly Run[];
  /** Intervals have level 1 - alpha; 0.05 unless given. */
  readonly alpha?: number;
}

export interface EffectsReport {
  readonly used: number;
  /** Runs that do not count, by status. */
  readonly excluded: Readonly<Record<string, number>>;
  readonly balance: Balance;
  readonly missingCells: readonly Readonly<Record<string, string>>[];
  readonly seedNoise: SeedNoise;
  readonly models: { readonly main: ModelEffects; readonly twoWay: ModelEffects };
}

/**
 * Main effects and all two-way interactions of a table of independent runs (one that shares stages between runs belongs to
 * `analyseNested`). Seeds are replicates, not blocks. Throws a RangeError for an unknown level and where no run counts.
 */
export function analyseEffects({ runs, alpha = 0.05, ...axes }: EffectsInput): EffectsReport {
  const factors = factorsOf(axes);
  const { used, excluded } = usable(runs);
  if (used.length === 0) throw new RangeError('No run is done with a finite score.');
  const cells = cellSums(factors, used);
  // Fitted when asked for: with many levels the two-way model costs a hundred times the other.
  const fitted: { main?: ModelEffects; twoWay?: ModelEffects } = {};
  return {
    used: used.length,
    excluded,
    balance: balanceOf(factors, cells),
    missingCells: missingCells(factors, cells),
    seedNoise: seedNoise(cells, alpha),
    models: {
      get main() {
        return (fitted.main ??= modelEffects(factors, cells, 'main', alpha));
      },
      get twoWay() {
        return (fitted.twoWay ??= modelEffects(factors, cells, 'twoWay', alpha));
      },
    },
  };
}
