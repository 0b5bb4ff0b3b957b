import { AblateError } from '@ablate/errors';

/** 0 done, 1 failed work, 2 bad input, 3 cannot reach the server. */
export const EXIT = { done: 0, failed: 1, badInput: 2, unreachable: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const UNREACHABLE = new Set(['UNREACHABLE', 'BAD_ANSWER']);
/** Errors that no other input would have avoided. */
const FAILED = new Set([
  'INTERNAL',
  'SERVICE_ENDED',
  'DATABASE_ENDED',
  'NOT_READY',
  'ANSWERER_ENDED',
  'ANSWERER_HUNG',
  'ANSWER_LOST',
  'EMBEDDED_POSTGRES_FAILED',
]);

export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof AblateError) || FAILED.has(error.code)) return EXIT.failed;
  return UNREACHABLE.has(error.code) ? EXIT.unreachable : EXIT.badInput;
}
