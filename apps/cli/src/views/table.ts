/** A column of a text table. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

// Terminal cells: combining marks take none. Names here are ASCII; this keeps others from shifting a column much.
const width = (text: string): number => [...text.replace(/\p{Mark}/gu, '')].length;

const fill = (text: string, to: number, align: Column['align']): string => {
  const blank = ' '.repeat(Math.max(0, to - width(text)));
  return align === 'right' ? blank + text : text + blank;
};

/** A text table: titles, a rule, rows. Columns are as wide as their widest cell. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, i) =>
    Math.max(width(title), ...rows.map((row) => width(row[i] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, i) => fill(cells[i] ?? '', widths[i] ?? 0, align))
      .join('  ')
      .trimEnd();
  return [
    line(columns.map(({ title }) => title)),
    widths.map((w) => '─'.repeat(w)).join('  '),
    ...rows.map(line),
  ].join('\n');
}
