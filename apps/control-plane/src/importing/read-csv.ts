import { CsvError, parse } from 'csv-parse/sync';
import { rowsText, tableError, type Line } from './where.js';

export interface CsvRow {
  readonly line: Line;
  readonly cells: Readonly<Record<string, string>>;
}
export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
}

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

const RULE = 'comma-separated values (RFC 4180) in UTF-8 with one header line';

function records(file: string, text: string): readonly Parsed[] {
  try {
    // Typed for objects; with `info` and without `columns` each record comes as { record, info }.
    return parse(text, {
      bom: true,
      info: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
    }) as unknown as readonly Parsed[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : undefined;
    throw tableError('BAD_CSV', `'${file}' is no CSV: ${error.message}.`, file, {
      ...(line !== undefined && { line }),
      value: error.code,
      rule: RULE,
      fix: 'Correct the line; a field with commas or quotes stands in double quotes.',
    });
  }
}

/** Reads a table by its header. Throws BAD_CSV for what is no table: no rows, names that repeat, rows of another length. */
export function readCsv(file: string, text: string): CsvTable {
  const [head, ...body] = records(file, text);
  if (!head || body.length === 0)
    throw tableError('BAD_CSV', `'${file}' has no rows.`, file, {
      value: head ? 1 : 0,
      rule: RULE,
      fix: 'Give a header and at least one row.',
    });
  const columns = head.record;
  const twice = columns.find((name, i) => columns.indexOf(name) !== i);
  if (twice !== undefined || columns.includes(''))
    throw tableError(
      'BAD_CSV',
      twice ? `'${file}' has two columns named '${twice}'.` : `A column of '${file}' has no name.`,
      file,
      {
        line: 1,
        value: twice ?? '',
        rule: 'every column has a name of its own',
        fix: 'Rename or remove it.',
      },
    );
  const ragged = body.filter(({ record }) => record.length !== columns.length);
  if (ragged[0])
    throw tableError(
      'BAD_CSV',
      `The header of '${file}' has ${columns.length} columns, but ${rowsText(ragged.map(({ info }) => info.lines))} ${ragged.length === 1 ? 'has' : 'have'} another number.`,
      file,
      {
        line: ragged[0].info.lines,
        value: ragged[0].record.length,
        rule: RULE,
        fix: 'Quote fields that hold commas, and give empty fields for what is missing.',
      },
    );
  return {
    columns,
    rows: body.map(({ record, info }) => ({
      line: info.lines,
      cells: Object.fromEntries(columns.map((name, i) => [name, record[i] as string])),
    })),
  };
}
