import { z } from 'zod';
import { errorShape } from './error.js';

/** Largest picture that is taken, before base64. */
export const MOST_IMAGE_BYTES = 4 * 2 ** 20;

/** A question to a finished run about a picture of one's own. */
export const playgroundRequest = z
  .strictObject({
    question: z.string().trim().min(1).max(2000),
    image: z
      .string()
      .min(1)
      .describe('A PNG, JPEG or WebP picture of at most 4 MiB and 40 megapixels, as base64'),
    maxNewTokens: z.int().min(1).max(256).default(64).describe('Longest answer'),
  })
  .meta({ id: 'PlaygroundRequest' });

export const playgroundView = z
  .object({
    id: z.string(),
    run: z.string(),
    question: z.string(),
    image: z.object({ type: z.string(), bytes: z.int() }).describe('At `/playground/{id}/image`'),
    maxNewTokens: z.int(),
    state: z.enum(['waiting', 'running', 'done', 'failed']),
    because: z.string().nullable().describe('Why it waits, in one sentence'),
    answer: z.string().nullable(),
    error: errorShape.nullable(),
    attempts: z.int(),
    device: z.string().nullable(),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'PlaygroundQuestion' });
export type PlaygroundView = z.infer<typeof playgroundView>;
