import { AblateError } from '@ablate/errors';
import { suggest } from './nearest.js';

export interface Problem {
  readonly message: string;
  readonly path: string;
  readonly value: unknown;
  readonly rule: string;
  readonly fix: string;
}

export const gridError = (code: string, { message, ...details }: Problem): AblateError =>
  new AblateError(code, message, details);

export const unknownAxis = (axis: string, path: string, axes: readonly string[]): AblateError =>
  gridError('UNKNOWN_AXIS', {
    message: `'${path}' names '${axis}', which is no axis of this grid.`,
    path,
    value: axis,
    rule: 'an axis named here is declared under axes',
    fix: suggest(axis, axes),
  });
