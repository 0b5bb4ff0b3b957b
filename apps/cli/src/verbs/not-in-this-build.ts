import { AblateError } from '@ablate/errors';

/** Verbs of the design that a later build brings. */
export const LATER = ['token'] as const;

export const notInThisBuild = (verb: string): AblateError =>
  new AblateError('NOT_IN_THIS_BUILD', `'ablate ${verb}' is not in this build.`, {
    path: verb,
    value: verb,
    rule: 'a verb that this build has',
    fix: '`ablate --help` lists them.',
  });
