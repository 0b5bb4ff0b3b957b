import { confounding, fractionalDesign, optimality } from '@ablate/analysis';
import type { OracleCase } from '../oracle-case.js';

interface CellSet {
  readonly name: string;
  readonly axes: readonly string[];
  readonly cells: readonly (readonly (string | number)[])[];
}

export const confoundingSets = ({ spec }: OracleCase): object => ({
  sets: (spec['inputs'] as readonly CellSet[]).map(({ name, axes, cells }) => ({
    name,
    ...confounding(
      axes,
      cells.map((cell) => Object.fromEntries(axes.map((axis, i) => [axis, String(cell[i])]))),
    ),
  })),
});

export const fractional = ({ spec }: OracleCase): object => ({
  designs: (spec['inputs'] as readonly { factors: number; generators: readonly string[] }[]).map(
    ({ factors, generators }) => fractionalDesign(factors, generators),
  ),
});

interface Candidate {
  readonly name: string;
  readonly axes: Readonly<Record<string, readonly (string | number)[]>>;
  readonly cells: readonly (readonly (string | number)[])[];
}

export const optimalities = ({ spec }: OracleCase): object => ({
  designs: (spec['inputs'] as readonly Candidate[]).map(({ name, axes, cells }) => {
    const names = Object.keys(axes);
    const found = optimality(
      cells.map((cell) => Object.fromEntries(names.map((axis, i) => [axis, String(cell[i])]))),
      { axes: Object.fromEntries(names.map((axis) => [axis, (axes[axis] ?? []).map(String)])) },
    );
    // The cases give no pairs at all where one of them is not estimable.
    return { name, ...found, pairs: found.rank < found.columns ? null : found.pairs };
  }),
});
