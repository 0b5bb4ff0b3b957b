import { analyseEffects, type Run } from '@ablate/analysis';
import type { OracleCase } from '../oracle-case.js';
import { axesOf, runsOf } from '../table.js';

function answer({ spec }: OracleCase, runs: readonly Run[]): object {
  const report = analyseEffects({ ...axesOf(spec), runs, alpha: spec.alpha ?? 0.05 });
  return { ...report, models: { main: report.models.main, two_way: report.models.twoWay } };
}

export const effects = (asked: OracleCase): object => answer(asked, runsOf(asked, asked.rows));

interface Generator {
  readonly seed: number;
  readonly axes: Readonly<Record<string, readonly (string | number)[]>>;
  readonly replicates: number;
  readonly drop_below: number;
  readonly main: Readonly<Record<string, readonly number[]>>;
  readonly interaction: readonly (readonly number[])[];
  readonly noise: number;
}

/** The runs that the notes of the case describe. */
export function generated(generator: Generator): readonly Run[] {
  const { axes, main, interaction, replicates, noise } = generator;
  let x = generator.seed;
  const u = (): number => {
    x = Number((1664525n * BigInt(x) + 1013904223n) % 4294967296n);
    return x / 4294967296;
  };
  const names = Object.keys(axes);
  let cells: number[][] = [[]];
  for (const name of names)
    cells = cells.flatMap((cell) => (axes[name] ?? []).map((_, level) => [...cell, level]));
  return cells.flatMap((cell) => {
    const levels = Object.fromEntries(names.map((name, i) => [name, String(axes[name]?.[cell[i] ?? 0])]));
    return Array.from({ length: replicates }, (_, seed): Run[] => {
      if (u() < generator.drop_below) return [];
      let z = 0;
      for (let i = 0; i < 12; i++) z += u();
      z -= 6;
      let score = 50;
      for (const [i, name] of names.entries()) score += main[name]?.[cell[i] ?? 0] ?? 0;
      score += interaction[cell[0] ?? 0]?.[cell[1] ?? 0] ?? 0;
      score += noise * z;
      return [{ levels, score, seed: seed + 1 }];
    }).flat();
  });
}

export function effectsGenerated(asked: OracleCase): object {
  const runs = generated(asked.spec['generator'] as Generator);
  const scores = runs.flatMap(({ score }) => (score === null ? [] : [score]));
  return {
    ...answer(asked, runs),
    check: {
      n: scores.length,
      first_scores: scores.slice(0, 5),
      last_score: scores.at(-1),
      mean: scores.reduce((sum, score) => sum + score, 0) / scores.length,
    },
  };
}
