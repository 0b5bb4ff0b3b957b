import type { Outcome } from './run-case.js';

/** One line of the table: verdict, case, kind, what was compared, worst error in units of its tolerance, backend; then failures. */
export function line(outcome: Outcome): string {
  const { name, kind, passed, compared, worst, worstOf, backend, failures, remarks } = outcome;
  const error = Number.isFinite(worst) ? worst.toExponential(1) : 'infinite';
  const row = [
    passed ? 'ok  ' : 'FAIL',
    name.padEnd(38),
    kind.padEnd(18),
    `${compared} compared`.padEnd(15),
    `worst error ${error} of tolerance 1 (${worstOf})`.padEnd(60),
    backend,
    ...remarks,
  ];
  return [row.join(' ').trimEnd(), ...failures.map(({ what, problem }) => `       ${what}: ${problem}`)].join(
    '\n',
  );
}
