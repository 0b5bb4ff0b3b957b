import type { AnswerRequest } from '@ablate/benchmarks';

/** The file whose path is the answerer's only argument. */
export interface AnswerJob extends AnswerRequest {
  readonly version: 1;
  readonly backend: string;
  readonly threads: number;
  /** Where `answer.txt` is written; nobody else writes there. */
  readonly outputDir: string;
}
