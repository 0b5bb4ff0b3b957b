import { z } from 'zod';
import { parseWith } from './grid-spec.js';

/** Every job that a queue carries. Payloads only point to rows: PostgreSQL is the truth. */
export const jobCatalogue = {
  'run-stage': {
    schema: z.object({
      version: z.literal(1),
      stageKey: z.string().length(64),
      attemptId: z.string().min(1),
      pool: z.string().min(1),
    }),
  },
  'answer-question': {
    schema: z.object({
      version: z.literal(1),
      questionId: z.string().min(1),
      attempt: z.int().min(1),
      pool: z.string().min(1),
    }),
  },
} as const;

export type JobName = keyof typeof jobCatalogue;
export type JobPayload<N extends JobName> = z.infer<(typeof jobCatalogue)[N]['schema']>;

/** One handler a job: a missing one does not compile. */
export type JobHandlers = { readonly [N in JobName]: (payload: JobPayload<N>) => Promise<void> };

const schemas: { readonly [N in JobName]: z.ZodType<JobPayload<N>> } = {
  'run-stage': jobCatalogue['run-stage'].schema,
  'answer-question': jobCatalogue['answer-question'].schema,
};

/** Checks a payload, on enqueue and on dequeue alike. */
export const parseJob = <N extends JobName>(name: N, payload: unknown): JobPayload<N> =>
  parseWith<JobPayload<N>>(schemas[name], payload, 'BAD_JOB');
