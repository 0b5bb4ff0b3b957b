import type { Comparison } from '@ablate/contracts';
import { csv } from './csv.js';
import { latex } from './latex.js';
import { markdown } from './markdown.js';
import { paperTable } from './paper-table.js';

export type ExportFormat = 'csv' | 'json' | 'markdown' | 'latex';

const formats: Readonly<Record<ExportFormat, (comparison: Comparison) => string>> = {
  csv,
  json: (comparison) => `${JSON.stringify(comparison, null, 2)}\n`,
  markdown: (comparison) => markdown(paperTable(comparison)),
  latex: (comparison) => latex(paperTable(comparison)),
};

/** The comparison as a table: tidy CSV, JSON, Markdown, or LaTeX with booktabs. */
export const exportTable = (comparison: Comparison, format: ExportFormat): string =>
  formats[format](comparison);
