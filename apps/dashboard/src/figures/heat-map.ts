import { scaleColour } from './colours.js';

/** One place of a heat map. */
export interface HeatCell {
  readonly row: string;
  readonly column: string;
  /** What stands in it. */
  readonly text: string;
  /** For those who do not see the colour. */
  readonly label: string;
  /** Position in the range of values; null = coloured by `fill`. */
  readonly share: number | null;
  readonly fill?: string;
  readonly best?: boolean;
  readonly baseline?: boolean;
}

export interface HeatMap {
  readonly rowAxis: string;
  readonly columnAxis: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** By row and column; null where there is no cell. */
  readonly at: (row: string, column: string) => HeatCell | null;
}

const escape = (words: string): string =>
  words.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);

const W = 96;
const H = 34;

/** `light-dark(a, b)` is for style sheets; a drawing has one of them. */
const oneOf = (colour: string, dark: boolean): string => {
  const pair = /^light-dark\((.+?), (.+)\)$/.exec(colour);
  return pair ? pair[dark ? 2 : 1]! : colour;
};

/** The heat map as a drawing of its own. */
export function heatMapSvg(map: HeatMap, dark: boolean): string {
  const ink = dark ? '#e3e8ed' : '#1c2329';
  const left = 16 + 7.2 * Math.max(map.rowAxis.length, ...map.rows.map((row) => row.length));
  const top = 52;
  const width = Math.round(left + map.columns.length * W + 12);
  const height = top + map.rows.length * H + 12;
  const words = (x: number, y: number, content: string, anchor: string, fill = ink, weight = 400): string =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${fill}" font-weight="${weight}">${escape(content)}</text>`;
  const parts = map.rows.flatMap((row, i) => {
    const y = top + i * H;
    const cells = map.columns.map((column, j) => {
      const x = left + j * W;
      const cell = map.at(row, column);
      if (!cell) return words(x + W / 2, y + 21, '—', 'middle');
      const { fill, ink: on } =
        cell.share === null ? { fill: oneOf(cell.fill ?? 'none', dark), ink } : scaleColour(cell.share);
      const frame = cell.best ? ` stroke="${ink}" stroke-width="2"` : '';
      return `<rect x="${x + 1}" y="${y + 1}" width="${W - 2}" height="${H - 2}" rx="3" fill="${fill}"${frame}/>${words(x + W / 2, y + 21, cell.text, 'middle', on)}`;
    });
    return [words(left - 8, y + 21, row, 'end'), ...cells];
  });
  const heads = map.columns.map((column, j) =>
    words(left + j * W + W / 2, top - 8, column.length > 14 ? `${column.slice(0, 13)}…` : column, 'middle'),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, DejaVu Sans, sans-serif" font-size="12">`,
    words(left, 20, map.columnAxis, 'start', ink, 600),
    words(left - 8, top - 8, map.rowAxis, 'end', ink, 600),
    ...heads,
    ...parts,
    '</svg>',
  ].join('');
}
