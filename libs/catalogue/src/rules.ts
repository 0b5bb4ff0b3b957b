import { AblateError } from '@ablate/errors';
import { levelName, suggest, type Level } from '@ablate/design-space';

export const unknownName = (
  what: string,
  name: string,
  known: readonly string[],
  path: string,
): AblateError =>
  new AblateError('UNKNOWN_LEVEL', `There is no ${what} '${name}'.`, {
    path,
    value: name,
    rule: `a ${what} of this build or deployment`,
    fix: suggest(name, known),
  });

export const badSetting = (path: string, value: unknown, rule: string, fix?: string): AblateError =>
  new AblateError('BAD_SETTING', `'${path}' is ${JSON.stringify(value)}; it must be ${rule}.`, {
    path,
    value,
    rule: `must be ${rule}`,
    fix: fix ?? `Give ${rule}.`,
  });

/** Checks the settings of an object level: only known keys, each of its kind. */
export function readSettings(
  level: Level,
  rules: Readonly<Record<string, Rule>>,
  path: string,
): Readonly<Record<string, unknown>> {
  if (typeof level !== 'object' || level === null) return {};
  for (const [key, value] of Object.entries(level)) {
    if (key === 'id') continue;
    const rule = rules[key];
    if (!rule)
      throw new AblateError('UNKNOWN_SETTING', `'${levelName(level)}' has no setting '${key}'.`, {
        path: `${path}.${key}`,
        value,
        rule: 'an object level gives an id and settings that its kind has',
        fix: suggest(key, Object.keys(rules)),
      });
    if (!rule.accepts(value)) throw badSetting(`${path}.${key}`, value, rule.text);
  }
  const { id: _, ...settings } = level;
  return settings;
}

/** What a value may be. */
export interface Rule {
  readonly accepts: (value: unknown) => boolean;
  /** Reads on from 'must be'. */
  readonly text: string;
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
export const whole = (least: number): Rule => ({
  accepts: (value) => Number.isSafeInteger(value) && (value as number) >= least,
  text: `a whole number of at least ${least}`,
});
export const positive: Rule = { accepts: (value) => isNumber(value) && value > 0, text: 'a number above 0' };
export const atLeastZero: Rule = {
  accepts: (value) => isNumber(value) && value >= 0,
  text: 'a number of at least 0',
};
/** Half open: 0 <= x < 1. */
export const share: Rule = {
  accepts: (value) => isNumber(value) && value >= 0 && value < 1,
  text: 'a number from 0 to below 1',
};
export const text: Rule = { accepts: (value) => typeof value === 'string', text: 'a text' };
export const flag: Rule = { accepts: (value) => typeof value === 'boolean', text: 'true or false' };
export const oneOf = (...names: readonly (string | number)[]): Rule => ({
  accepts: (value) => names.includes(value as string),
  text: `one of ${names.join(', ')}`,
});
export const orNull = (rule: Rule): Rule => ({
  accepts: (value) => value === null || rule.accepts(value),
  text: `${rule.text}, or null`,
});
