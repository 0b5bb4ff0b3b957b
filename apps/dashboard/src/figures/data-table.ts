/** What a figure shows, as a table: for the screen reader, for CSV, Markdown and LaTeX. */
export interface DataTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

const text = (cell: string | number | null): string => (cell === null ? '' : String(cell));

const quoted = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

export const toCsv = ({ head, rows }: DataTable): string =>
  `${[head, ...rows].map((row) => row.map((cell) => quoted(text(cell))).join(',')).join('\n')}\n`;

/** Numbers with up to six significant digits: what is read, not what is computed with. */
const shown = (cell: string | number | null): string =>
  typeof cell === 'number' ? String(Number(cell.toPrecision(6))) : (cell ?? '—');

export function toMarkdown({ title, head, rows }: DataTable): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  const rule = head.map((_, i) => (rows.some((row) => typeof row[i] === 'number') ? '---:' : '---'));
  return `**${title}**\n\n${[line(head), line(rule), ...rows.map((row) => line(row.map(shown)))].join('\n')}\n`;
}

const LATEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '&': '\\&',
  '%': '\\%',
  $: '\\$',
  '#': '\\#',
  _: '\\_',
  '{': '\\{',
  '}': '\\}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '−': '$-$',
  '±': '$\\pm$',
  '·': '$\\cdot$',
  '—': '---',
  '∅': '$\\emptyset$',
};

export const escapeLatex = (words: string): string =>
  words.replace(/[\\&%$#_{}~^−±·—∅]/g, (character) => LATEX[character]!);

export function toLatex({ title, head, rows }: DataTable): string {
  const columns = head.map((_, i) => (rows.some((row) => typeof row[i] === 'number') ? 'r' : 'l')).join('');
  const line = (cells: readonly string[]): string => `    ${cells.map(escapeLatex).join(' & ')} \\\\`;
  return [
    '% needs \\usepackage{booktabs}',
    '\\begin{table}',
    '  \\centering',
    `  \\begin{tabular}{${columns}}`,
    '    \\toprule',
    line(head),
    '    \\midrule',
    ...rows.map((row) => line(row.map(shown))),
    '    \\bottomrule',
    '  \\end{tabular}',
    `  \\caption{${escapeLatex(title)}}`,
    '\\end{table}',
    '',
  ].join('\n');
}
