import { AblateError } from '@ablate/errors';

/** Something that was asked for by id and is not there. */
export const notFound = (what: string, id: string, fix: string): AblateError =>
  new AblateError('NOT_FOUND', `There is no ${what} "${id}".`, {
    path: 'id',
    value: id,
    rule: `An existing ${what}.`,
    fix,
  });
