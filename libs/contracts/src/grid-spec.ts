import { AblateError } from '@ablate/errors';
import type { GridSpec } from '@ablate/design-space';
import { z } from 'zod';
import { json } from './json.js';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const objectLevel = z.record(z.string(), json);
const level = z
  .union([scalar, objectLevel])
  .describe('One value of an axis, e.g. `linear` or `{ id: resampler, numQueries: 16 }`');
const condition = z.record(z.string(), z.union([level, z.array(level)]));
const levels = z.record(z.string(), level);
const drawn = z.strictObject({ runs: z.int().min(1), seed: z.int().optional() });

/** The grid as a researcher writes it. What it means is design-space's `expand` and catalogue's `resolveGrid`. */
export const gridSpec = z
  .strictObject({
    version: z.literal(1),
    project: z.string().min(1).max(100),
    name: z.string().min(1).max(100),
    axes: z
      .record(z.string(), z.array(level).min(1))
      .describe('Axis -> levels; known axes and dotted paths into the run config'),
    when: z.record(z.string(), condition).optional().describe('The axis exists only where all of this holds'),
    zip: z.array(z.array(z.string())).optional().describe('Axes that move together; equal lengths'),
    exclude: z.array(condition).optional(),
    include: z.array(levels).optional().describe('Extra cells; missing axes from the baseline'),
    baseline: levels.optional(),
    design: z
      .union(
        [
          z.enum(['full_factorial', 'one_at_a_time']),
          z.strictObject({ fractional: drawn }),
          z.strictObject({ random: drawn }),
        ],
        { error: 'full_factorial, one_at_a_time, { fractional: ... } or { random: ... }' },
      )
      .optional(),
    seeds: z
      .union(
        [
          z.int().min(1),
          z.strictObject({ values: z.array(z.int()).min(1), redraws: z.array(z.string()).optional() }),
        ],
        { error: 'a number of seeds from 1, or { values: [1, 2], redraws: [finetune] }' },
      )
      .optional(),
    evaluate: z.array(z.string()).optional().describe('Benchmarks; the first decides the best cell'),
    defaults: z.record(z.string(), json).optional().describe('Dotted paths, below the axes'),
    earlyStop: z
      .strictObject({
        kind: z.literal('asha'),
        metric: z.string(),
        reduction: z.number().min(2),
        minSteps: z.int().min(1),
      })
      .optional(),
    resources: z.strictObject({ devices: z.int().min(0).optional(), pool: z.string().optional() }).optional(),
    priority: z.int().min(0).max(100).optional().describe('0..100, higher first'),
    maxParallel: z.int().min(1).optional(),
  })
  .meta({ id: 'GridSpec' }) satisfies z.ZodType<GridSpec>;

/** Parses anything into a grid; the first problem becomes an error that names field, value, rule and fix. */
export const parseGridSpec = (input: unknown): GridSpec => parseWith(gridSpec, input, 'BAD_SPEC');

/** zod's first issue as our one error. */
export function parseWith<T>(schema: z.ZodType<T>, input: unknown, code: string): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issue = deepest(result.error.issues[0]!);
  const at = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
  const path = at.join('.');
  const value = at.reduce<unknown>(
    (within, key) => (within as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
  throw new AblateError(code, `${path === '' ? 'The input' : `"${path}"`}: ${issue.message}.`, {
    path: path === '' ? null : path,
    value: value ?? null,
    rule: issue.message,
    fix:
      issue.code === 'unrecognized_keys'
        ? `Remove ${issue.keys.join(', ')} or correct its spelling.`
        : `Correct ${path === '' ? 'the input' : path}.`,
  });
}

/** Inside a union the branch that got furthest says what was meant. */
function deepest(issue: z.core.$ZodIssue, path: readonly PropertyKey[] = []): z.core.$ZodIssue {
  const here = { ...issue, path: [...path, ...issue.path] };
  if (issue.code !== 'invalid_union') return here;
  const branches = issue.errors.flatMap((errors) => (errors[0] ? [deepest(errors[0], here.path)] : []));
  const best = branches.reduce<z.core.$ZodIssue | null>(
    (a, b) => (a === null || b.path.length > a.path.length ? b : a),
    null,
  );
  return best !== null && best.path.length > here.path.length ? best : here;
}
