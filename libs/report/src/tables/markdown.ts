import type { PaperCell, PaperTable } from './paper-table.js';

const escape = (text: string): string => text.replace(/[|\\]/g, '\\$&').replaceAll('\n', ' ');
const marked = ({ text, mark }: PaperCell): string => {
  const escaped = escape(text);
  if (mark === null) return escaped;
  return mark === 'best' ? `**${escaped}**` : `<u>${escaped}</u>`;
};
const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A GitHub table with its caption below. */
export const markdown = ({ head, rows, caption }: PaperTable): string =>
  [
    line(head.map(escape)),
    line(head.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rows.map((row) => line(row.map(marked))),
    '',
    caption,
    '',
  ].join('\n');
