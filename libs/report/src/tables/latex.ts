import type { PaperCell, PaperTable } from './paper-table.js';

const SPECIAL: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '·': '$\\cdot$',
  '±': '$\\pm$',
  '−': '$-$',
  Δ: '$\\Delta$',
  '–': '--',
};

/** Text that LaTeX prints as it stands. */
export const escapeLatex = (text: string): string =>
  text.replace(/[\\~^·±−Δ–&%$#_{}]/g, (character) => SPECIAL[character] ?? `\\${character}`);

const marked = ({ text, mark }: PaperCell): string => {
  const escaped = escapeLatex(text);
  if (mark === null) return escaped;
  return mark === 'best' ? `\\textbf{${escaped}}` : `\\underline{${escaped}}`;
};

/** A table environment with booktabs; compiles as it is in an article that loads the package. */
export function latex({ head, rows, caption }: PaperTable): string {
  return [
    '% needs \\usepackage{booktabs}',
    '\\begin{table}',
    '  \\centering',
    `  \\begin{tabular}{l${'r'.repeat(head.length - 1)}}`,
    '    \\toprule',
    `    ${head.map(escapeLatex).join(' & ')} \\\\`,
    '    \\midrule',
    ...rows.map((row) => `    ${row.map(marked).join(' & ')} \\\\`),
    '    \\bottomrule',
    '  \\end{tabular}',
    `  \\caption{${escapeLatex(caption)}}`,
    '\\end{table}',
    '',
  ].join('\n');
}
