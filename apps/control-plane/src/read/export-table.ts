import type { CellScore, Comparison } from '@ablate/contracts';

export type ExportFormat = 'csv' | 'json' | 'markdown' | 'latex';

const digits = (value: number | null): string => (value === null ? '' : value.toFixed(4));
const shown = (score: CellScore | undefined): string => {
  if (!score) return '–';
  const half = score.low === null ? '' : ` ± ${((score.mean - score.low) * 100).toFixed(1)}`;
  return `${(score.mean * 100).toFixed(1)}${half}`;
};
const quote = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const escapeLatex = (text: string): string =>
  text
    .replace(/[&%$#_{}]/g, '\\$&')
    .replaceAll('·', '$\\cdot$')
    .replaceAll('–', '--');

const scoreOf = (cell: Comparison['cells'][number], metric: string): CellScore | undefined =>
  cell.scores.find((score) => score.metric === metric);

function csv({ cells, benchmarks }: Comparison): string {
  const axes = [...new Set(cells.flatMap(({ levels }) => Object.keys(levels)))];
  const head = [
    'cell',
    ...axes,
    'baseline',
    'metric',
    'mean',
    'n',
    'sd',
    'low',
    'high',
    'blind',
    'majority',
    'gain',
    'gain_low',
    'gain_high',
  ];
  const rows = cells.flatMap((cell) =>
    benchmarks.map(({ metric }) => {
      const score = scoreOf(cell, metric);
      const levels = axes.map((axis) => {
        const level = cell.levels[axis];
        return level === undefined ? '' : typeof level === 'string' ? level : JSON.stringify(level);
      });
      const numbers = score
        ? [
            digits(score.mean),
            String(score.n),
            digits(score.sd),
            digits(score.low),
            digits(score.high),
            digits(score.blind),
            digits(score.majority),
            digits(score.gain?.mean ?? null),
            digits(score.gain?.low ?? null),
            digits(score.gain?.high ?? null),
          ]
        : new Array<string>(10).fill('');
      return [cell.id, ...levels, String(cell.baseline), metric, ...numbers];
    }),
  );
  return `${[head, ...rows].map((row) => row.map(quote).join(',')).join('\n')}\n`;
}

const header = ({ benchmarks }: Comparison): string[] => [
  'cell',
  ...benchmarks.flatMap(({ metric, id }) => [`${metric} (%)`, `${id} blind (%)`]),
  'n',
];

function body({ cells, benchmarks, best }: Comparison, bold: (text: string) => string): string[][] {
  return cells.map((cell) => {
    const scores = benchmarks.map(({ metric }) => scoreOf(cell, metric));
    const values = scores.flatMap((score, i) => {
      const text = shown(score);
      return [
        best?.id === cell.id && i === 0 ? bold(text) : text,
        score?.blind == null ? '–' : (score.blind * 100).toFixed(1),
      ];
    });
    return [`${cell.label}${cell.baseline ? ' (baseline)' : ''}`, ...values, String(scores[0]?.n ?? 0)];
  });
}

const caption = ({ experiment, notes }: Comparison): string =>
  `Mean over n runs with 95 % t intervals where n > 1; blind: images shuffled between questions. Experiment ${experiment}.${notes.length > 0 ? ` ${notes.join(' ')}` : ''}`;

function markdown(comparison: Comparison): string {
  const head = header(comparison);
  const rows = body(comparison, (text) => `**${text}**`);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return `${[line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')}\n\n${caption(comparison)}\n`;
}

function latex(comparison: Comparison): string {
  const head = header(comparison);
  const rows = body(comparison, (text) => `@@${text}@@`);
  const cell = (text: string): string =>
    escapeLatex(text)
      .replace(/@@(.*)@@/, '\\textbf{$1}')
      .replaceAll('±', '$\\pm$');
  return [
    '% needs \\usepackage{booktabs}',
    '\\begin{table}',
    '  \\centering',
    `  \\begin{tabular}{l${'r'.repeat(head.length - 1)}}`,
    '    \\toprule',
    `    ${head.map(cell).join(' & ')} \\\\`,
    '    \\midrule',
    ...rows.map((row) => `    ${row.map(cell).join(' & ')} \\\\`),
    '    \\bottomrule',
    '  \\end{tabular}',
    `  \\caption{${escapeLatex(caption(comparison))}}`,
    '\\end{table}',
    '',
  ].join('\n');
}

/** The comparison as a table: tidy CSV, JSON, Markdown, or LaTeX with booktabs. */
export function exportTable(comparison: Comparison, format: ExportFormat): string {
  switch (format) {
    case 'csv':
      return csv(comparison);
    case 'json':
      return `${JSON.stringify(comparison, null, 2)}\n`;
    case 'markdown':
      return markdown(comparison);
    case 'latex':
      return latex(comparison);
  }
}
