import type { Comparison, EffectsView, PivotView } from '@ablate/contracts';
import { csv } from './csv.js';
import { effectsCsv, effectsTable } from './effects-table.js';
import { latex } from './latex.js';
import { markdown } from './markdown.js';
import { paperTable, type PaperTable } from './paper-table.js';
import { pivotCsv, pivotTable } from './pivot-table.js';

export type ExportFormat = 'csv' | 'json' | 'markdown' | 'latex';

/** One answer in the four formats; JSON is the answer itself. */
function write<T>(
  answer: T,
  format: ExportFormat,
  tidy: (answer: T) => string,
  table: (answer: T) => PaperTable,
) {
  switch (format) {
    case 'csv':
      return tidy(answer);
    case 'json':
      return `${JSON.stringify(answer, null, 2)}\n`;
    case 'markdown':
      return markdown(table(answer));
    case 'latex':
      return latex(table(answer));
  }
}

/** The comparison as a table: tidy CSV, JSON, Markdown, or LaTeX with booktabs. */
export const exportTable = (comparison: Comparison, format: ExportFormat): string =>
  write(comparison, format, csv, paperTable);

/** What each level changes, in the same formats. */
export const exportEffects = (effects: EffectsView, format: ExportFormat): string =>
  write(effects, format, effectsCsv, effectsTable);

/** Means of two axes' levels, in the same formats. */
export const exportPivot = (pivot: PivotView, format: ExportFormat): string =>
  write(pivot, format, pivotCsv, pivotTable);
