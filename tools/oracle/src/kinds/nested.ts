import { analyseNested } from '@ablate/analysis';
import type { OracleCase } from '../oracle-case.js';
import { axesOf, runsOf } from '../table.js';

export function nested(asked: OracleCase): object {
  const report = analyseNested({
    ...axesOf(asked.spec),
    runs: runsOf(asked, asked.rows),
    alpha: asked.spec.alpha ?? 0.05,
    reachesSharedStage: asked.spec['reaches_shared_stage'] as readonly string[],
  });
  return { ...report, between: report.aggregate?.main, within: report.within?.main };
}
