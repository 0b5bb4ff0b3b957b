import { describe, expect, it } from '@jest/globals';
import { toCsv, toLatex, toMarkdown, type DataTable } from './data-table.js';

const table: DataTable = {
  title: 'Mean of a_b & 95 %',
  head: ['cell', 'mean'],
  rows: [
    ['a, "b"', 0.123456789],
    ['x|y_z', null],
  ],
};

describe('a figure as a table', () => {
  it('is CSV with every digit', () => {
    expect(toCsv(table)).toBe('cell,mean\n"a, ""b""",0.123456789\nx|y_z,\n');
  });
  it('is Markdown with numbers to the right', () => {
    expect(toMarkdown(table)).toBe(
      '**Mean of a_b & 95 %**\n\n| cell | mean |\n| --- | ---: |\n| a, "b" | 0.123457 |\n| x\\|y_z | — |\n',
    );
  });
  it('is LaTeX that compiles', () => {
    expect(toLatex(table)).toContain('    x|y\\_z & --- \\\\');
    expect(toLatex(table)).toContain('\\caption{Mean of a\\_b \\& 95 \\%}');
    expect(toLatex(table)).toContain('\\begin{tabular}{lr}');
  });
});
