import { compare, type Comparison } from './compare.js';
import { coverage } from './kinds/coverage.js';
import { kinds } from './kinds/index.js';
import { readCase } from './oracle-case.js';

export interface CaseResult extends Comparison {
  readonly name: string;
  readonly kind: string;
  readonly passed: boolean;
  /** Relative tolerance of most figures; a case may name looser ones for some. */
  readonly tolerance: number;
  readonly seconds: number;
  /** Why there are no figures. */
  readonly error: string | null;
}

/** Answers one case with the library and compares. A case that cannot be read, is of no known kind, or has nothing to compare fails. */
export function runCase(folder: string, name: string): CaseResult {
  const began = performance.now();
  let kind = '?';
  let tolerance = 1e-6;
  const result = (found: Comparison, error: string | null): CaseResult => ({
    name,
    kind,
    tolerance,
    ...found,
    passed: error === null && found.wrong.length === 0,
    seconds: (performance.now() - began) / 1000,
    error,
  });
  try {
    const asked = readCase(folder);
    kind = asked.spec.kind;
    const relative = asked.spec.tolerance?.['relative'];
    if (typeof relative === 'number') tolerance = relative;
    const finish = (found: Comparison): CaseResult =>
      result(found, found.figures === 0 ? 'no figure to compare' : null);
    if (kind === 'coverage') return finish(coverage(asked));
    const solve = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
    if (!solve) throw new Error(`unknown kind '${kind}'; known: coverage, ${Object.keys(kinds).join(', ')}`);
    return finish(compare(asked.expected, solve(asked), asked.spec));
  } catch (error) {
    return result(
      { figures: 0, worst: 0, wrong: [] },
      error instanceof Error ? error.message : String(error),
    );
  }
}
