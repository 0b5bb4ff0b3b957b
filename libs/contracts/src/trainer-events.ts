import type { Prediction, TrainerEvent } from '@ablate/catalogue';
import { z } from 'zod';
import { errorShape } from './error.js';

const step = z.int().min(0);

/** A trainer's line, without the protocol version `v`. Non-finite numbers do not exist in JSON, so a metric is always finite. */
export const trainerEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), step, totalSteps: z.int().min(1) }),
  z.object({
    type: z.literal('metrics'),
    points: z.array(z.object({ name: z.string().min(1).max(200), step, value: z.number() })),
  }),
  z.object({ type: z.literal('telemetry'), step, values: z.record(z.string(), z.number()) }),
  z.object({ type: z.literal('checkpoint'), step, path: z.string().min(1) }),
  z.object({
    type: z.literal('log'),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    message: z.string(),
  }),
  z.object({ type: z.literal('error'), error: errorShape }),
  z.object({
    type: z.literal('done'),
    files: z.array(
      z.object({
        name: z.string().min(1),
        path: z.string().min(1),
        sha256: z.string().length(64),
        bytes: z.int().min(0),
      }),
    ),
  }),
]) satisfies z.ZodType<TrainerEvent>;

/** A line of a `predictions.jsonl`. */
export const prediction = z.object({
  questionId: z.string(),
  control: z.enum(['none', 'blind']),
  question: z.string(),
  image: z.string(),
  answer: z.string(),
  target: z.string(),
  score: z.number(),
  category: z.string(),
}) satisfies z.ZodType<Prediction>;

const line = z.object({ v: z.literal(1) }).and(trainerEvent);

/** The event of a line on a trainer's standard output; null = an ordinary log line. */
export function parseTrainerLine(text: string): TrainerEvent | null {
  if (!text.startsWith('{')) return null;
  try {
    const parsed = line.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** The line of an event. */
export const formatTrainerLine = (event: TrainerEvent): string => JSON.stringify({ v: 1, ...event });
