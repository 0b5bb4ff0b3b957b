import type { z } from 'zod';
import type { routes } from '@ablate/contracts';
import { AblateError } from '@ablate/errors';
import { exportEffects, exportPivot, exportTable } from '@ablate/report';
import type { Experiment } from '@ablate/storage';
import type { Context } from '../context.js';
import { compareCells } from './compare-cells.js';
import { readEffects } from './read-effects.js';
import { readPivot } from './read-pivot.js';

type ExportQuery = z.infer<typeof routes.export.query>;

/** An answer of the API as a table. */
export async function exportAnswer(
  context: Context,
  experiment: Experiment,
  { format, what, rows, columns, ...query }: ExportQuery,
): Promise<string> {
  switch (what) {
    case 'comparison':
      return exportTable(await compareCells(context, experiment), format);
    case 'effects':
      return exportEffects(await readEffects(context, experiment, query), format);
    case 'pivot': {
      if (rows === undefined || columns === undefined)
        throw new AblateError('BAD_QUERY', 'A pivot has rows and columns.', {
          path: rows === undefined ? 'rows' : 'columns',
          value: null,
          rule: 'Two axes of the experiment.',
          fix: 'Name both.',
        });
      return exportPivot(
        await readPivot(context, experiment, { rows, columns, metric: query.metric }),
        format,
      );
    }
  }
}
