import { AblateError } from '@ablate/errors';

/** Of a table: 1 is the header's line, as editors count. */
export type Line = number;

/** A place in a table, as errors name it: `table.csv:12:score`. */
export const placeOf = (file: string, line?: Line, column?: string): string =>
  [file, line, column].filter((part) => part !== undefined).join(':');

export interface Problem {
  readonly line?: Line;
  readonly column?: string;
  readonly value?: unknown;
  readonly rule: string;
  readonly fix: string;
}

/** An error that names file, row and column. */
export const tableError = (
  code: string,
  message: string,
  file: string,
  { line, column, value = null, rule, fix }: Problem,
): AblateError => new AblateError(code, message, { path: placeOf(file, line, column), value, rule, fix });

const SHOWN = 10;

/** `rows 2, 5 and 9`; long lists are counted. */
export function rowsText(lines: readonly Line[]): string {
  if (lines.length === 1) return `row ${lines[0]}`;
  const shown = lines.slice(0, SHOWN).join(', ');
  return lines.length > SHOWN
    ? `rows ${shown} and ${lines.length - SHOWN} more`
    : `rows ${lines.slice(0, -1).join(', ')} and ${lines.at(-1)}`;
}
