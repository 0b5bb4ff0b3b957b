import { AblateError, toErrorShape } from '@ablate/errors';
import type { Executor } from '@ablate/tensor';
import { Checks, type Failure } from './checks.js';
import type { GoldenCase } from './golden-case.js';
import { kinds } from './kinds.js';

export interface Outcome {
  readonly name: string;
  readonly kind: string;
  readonly passed: boolean;
  /** Tensors and values compared, on all backends. */
  readonly compared: number;
  /** Largest error in units of the tolerance, and whose. */
  readonly worst: number;
  readonly worstOf: string;
  /** The backend with the largest error. */
  readonly backend: string;
  readonly failures: readonly Failure[];
  /** Reported, not graded. */
  readonly remarks: readonly string[];
}

const unknownKind = ({ folder, kind }: GoldenCase): AblateError =>
  new AblateError('UNKNOWN_KIND', `${folder}: "${kind}" is no kind of case that this build knows.`, {
    path: `${folder}/case.json: kind`,
    value: kind,
    rule: `One of ${Object.keys(kinds).join(', ')}.`,
    fix: 'Use a build that knows it.',
  });

async function runOn(golden: GoldenCase, executor: Executor): Promise<Outcome> {
  const checks = new Checks();
  try {
    const entry = kinds[golden.kind];
    if (!entry) throw unknownKind(golden);
    await entry.run(golden, checks, { executor });
    if (checks.compared === 0) checks.fail('case', 'nothing was compared');
  } catch (error) {
    checks.fail('case', toErrorShape(error).message);
  }
  const { compared, failed, worst, worstOf, failures, remarks } = checks;
  const { name, kind } = golden;
  const { backend } = executor;
  return { name, kind, passed: failed === 0, compared, worst, worstOf, backend, failures, remarks };
}

/** A case on every backend, as one outcome: the worst one's. */
export async function runCase(golden: GoldenCase, executors: readonly Executor[]): Promise<Outcome> {
  const usesBackend = kinds[golden.kind]?.usesBackend ?? false;
  const outcomes: Outcome[] = [];
  for (const executor of usesBackend ? executors : executors.slice(0, 1)) {
    const outcome = await runOn(golden, executor);
    outcomes.push(usesBackend ? outcome : { ...outcome, backend: '-' });
  }
  const worst = outcomes.reduce((a, b) => (b.worst > a.worst ? b : a));
  return {
    ...worst,
    passed: outcomes.every(({ passed }) => passed),
    compared: outcomes.reduce((sum, { compared }) => sum + compared, 0),
  };
}
