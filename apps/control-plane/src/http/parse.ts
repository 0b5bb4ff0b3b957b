import { parseGridSpec, parseWith, routes } from '@ablate/contracts';
import type { GridSpec } from '@ablate/design-space';
import type { z } from 'zod';

/** A query against its schema, with defaults filled in. */
export const queryOf = <S extends z.ZodType>(schema: S, raw: unknown): z.infer<S> =>
  parseWith(schema as z.ZodType<z.infer<S>>, raw, 'BAD_QUERY');

/** A body against its schema. */
export const bodyOf = <S extends z.ZodType>(schema: S, raw: unknown): z.infer<S> =>
  parseWith(schema as z.ZodType<z.infer<S>>, raw, 'BAD_REQUEST');

/** The grid in a body `{ spec }`; errors name fields of the grid, not of the body. */
export const specOf = (body: unknown): GridSpec =>
  parseGridSpec((body as { spec?: unknown } | null)?.spec ?? null);

/** The tags in the body of a submission. */
export const tagsOf = (body: unknown): readonly string[] =>
  parseWith(
    routes.submit.body.pick({ tags: true }),
    { tags: (body as { tags?: unknown } | null)?.tags },
    'BAD_REQUEST',
  ).tags ?? [];

/** The difference worth finding in the body of a plan, if it asks for one. */
export const differenceOf = (body: unknown): number | undefined =>
  parseWith(
    routes.plan.body.pick({ difference: true }),
    { difference: (body as { difference?: unknown } | null)?.difference },
    'BAD_REQUEST',
  ).difference;
