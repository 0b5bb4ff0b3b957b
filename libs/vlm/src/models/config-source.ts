import { AblateError } from '@ablate/errors';

export type Json = Readonly<Record<string, unknown>>;

/** A config.json, or a part of one, and the file that errors name. */
export interface ConfigSource {
  readonly file: string;
  readonly json: Json;
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const bad = ({ file, json }: ConfigSource, key: string, rule: string): AblateError =>
  new AblateError(
    'BAD_CONFIG',
    `${file}: "${key}" is ${JSON.stringify(json[key]) ?? 'missing'}, expected ${rule}.`,
    {
      path: `${file}: ${key}`,
      value: json[key] ?? null,
      rule,
      fix: 'Restore the config.json that belongs to the weights, or use a checkpoint of a supported kind.',
    },
  );

/** A finite number; `fallback` (transformers' default) where the field is absent. */
export function number(source: ConfigSource, key: string, fallback?: number): number {
  const value = source.json[key] ?? fallback;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw bad(source, key, 'a number');
}

/** A size: a positive whole number. */
export function size(source: ConfigSource, key: string, fallback?: number): number {
  const value = source.json[key] ?? fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw bad(source, key, 'a positive whole number');
}

export function text(source: ConfigSource, key: string, fallback: string): string {
  const value = source.json[key] ?? fallback;
  if (typeof value === 'string') return value;
  throw bad(source, key, 'a text');
}

export function flag(source: ConfigSource, key: string, fallback = false): boolean {
  const value = source.json[key] ?? fallback;
  if (typeof value === 'boolean') return value;
  throw bad(source, key, 'true or false');
}

/** Refuses a setting that would change results and that no architecture here computes. */
export function requireThat(source: ConfigSource, key: string, holds: boolean, rule: string): void {
  if (!holds) throw bad(source, key, rule);
}
