import { z } from 'zod';

const name = z.string().min(1).max(100);
const rows = z.array(z.int()).describe('Lines of the file; the header is 1');

export const importRequest = z
  .strictObject({
    file: z.string().min(1).max(500).describe('Name of the table, for messages'),
    text: z.string().min(1).describe('The table: CSV with a header'),
    project: name.optional().describe('`published` unless given'),
    name: name.optional().describe("The file's name unless given"),
    map: z
      .record(z.string(), z.string())
      .optional()
      .describe('Column -> axis, metric, score, seed, note or ignore; for names that are not obvious'),
    exclude: z.array(z.string().min(1)).optional().describe('Benchmarks, or axis=level'),
    replicates: z.boolean().optional().describe('Take repeated figures of a cell as seeds'),
  })
  .meta({ id: 'ImportRequest' });
export type ImportRequest = z.infer<typeof importRequest>;

export const importReport = z
  .object({
    id: z.string(),
    project: z.string(),
    name: z.string(),
    rows: z.int(),
    cells: z.int(),
    runs: z.int(),
    axes: z.array(z.object({ axis: z.string(), levels: z.array(z.string()) })),
    context: z.record(z.string(), z.string()).describe('Axes with one level: no axes of this table'),
    columns: z.record(z.string(), z.string()).describe('Column -> the axis or role that it was taken for'),
    metrics: z.array(z.object({ benchmark: z.string(), metric: z.string(), scores: z.int() })),
    derived: z
      .array(z.object({ benchmark: z.string(), rows, leftOut: z.boolean() }))
      .describe('Averages and their like'),
    excluded: z.array(z.object({ what: z.string(), rows })),
    baseline: z.record(z.string(), z.string()).describe('The cell of the first row'),
    notes: z.array(z.string()),
  })
  .meta({ id: 'ImportReport' });
export type ImportReport = z.infer<typeof importReport>;
