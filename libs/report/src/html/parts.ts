import { escape } from '../drawing/escape.js';
import { svg } from '../drawing/svg.js';
import type { Figure } from '../figures/figure.js';
import type { PaperCell, PaperTable } from '../tables/paper-table.js';

export const paragraph = (text: string, kind?: string): string =>
  `<p${kind === undefined ? '' : ` class="${kind}"`}>${escape(text)}</p>`;

export const list = (items: readonly string[]): string =>
  items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${escape(item)}</li>`).join('')}</ul>`;

export const section = (title: string, ...body: readonly string[]): string =>
  body.every((part) => part === '') ? '' : `<section><h2>${escape(title)}</h2>${body.join('\n')}</section>`;

const marked = ({ text, mark }: PaperCell): string =>
  mark === 'best'
    ? `<strong>${escape(text)}</strong>`
    : mark === 'second'
      ? `<u>${escape(text)}</u>`
      : escape(text);

/** A table with its caption; the first column is the rows' header. */
export function tableOf({ head, rows, caption }: PaperTable): string {
  const row = (cells: readonly PaperCell[]): string =>
    cells
      .map((cell, i) => (i === 0 ? `<th scope="row">${marked(cell)}</th>` : `<td>${marked(cell)}</td>`))
      .join('');
  return [
    '<div class="wide"><table>',
    `<caption>${escape(caption)}</caption>`,
    `<thead><tr>${head.map((title) => `<th scope="col">${escape(title)}</th>`).join('')}</tr></thead>`,
    `<tbody>${rows.map((cells) => `<tr>${row(cells)}</tr>`).join('\n')}</tbody>`,
    '</table></div>',
  ].join('\n');
}

export const figureOf = (figure: Figure | null): string =>
  figure === null
    ? ''
    : `<figure><h3>${escape(figure.title)}</h3>${svg(figure)}<figcaption>${escape(figure.caption)}</figcaption></figure>`;
