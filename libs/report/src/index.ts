export { pdf } from './drawing/pdf.js';
export { allFigures, reportFigures } from './figures/report-figures.js';
export { reportHtml } from './html/report-html.js';
export type { ReportInput } from './report-input.js';
export { exportEffects, exportPivot, exportTable, type ExportFormat } from './tables/export-table.js';
