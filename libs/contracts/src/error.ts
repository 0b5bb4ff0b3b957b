import type { AblateErrorShape } from '@ablate/errors';
import { z } from 'zod';

/** The one error shape as JSON. */
export const errorShape = z
  .object({
    code: z.string(),
    message: z.string(),
    path: z.string().nullable(),
    value: z.unknown(),
    rule: z.string().nullable(),
    fix: z.string().nullable(),
  })
  .meta({ id: 'Error' }) satisfies z.ZodType<AblateErrorShape>;

export const errorBody = z.object({ error: errorShape }).meta({ id: 'ErrorBody' });
