import type { CostName } from '@ablate/contracts';
import type { ReportInput } from '../report-input.js';
import { contributionsFigure } from './contributions.js';
import { effectsFigure, pairedFigure } from './effects.js';
import type { Figure } from './figure.js';
import { frontFigure } from './front.js';
import { interactionFigures } from './interactions.js';
import { powerFigure } from './power.js';

/** The figures of one metric. */
export interface MetricFigures {
  readonly metric: string;
  readonly effects: Figure | null;
  readonly paired: Figure | null;
  readonly contributions: Figure | null;
  readonly interactions: readonly Figure[];
  readonly power: Figure | null;
}
export interface ReportFigures {
  readonly metrics: readonly MetricFigures[];
  readonly fronts: readonly Figure[];
}

const COSTS: readonly CostName[] = ['flops', 'peakMemoryBytes', 'parameters', 'seconds'];

/** Every figure of a report, once: HTML and PDF draw these. */
export function reportFigures({ comparison, effects }: ReportInput): ReportFigures {
  return {
    metrics: effects.map(({ main, twoWay }, i) => ({
      metric: main.metric,
      effects: effectsFigure(main, `effects-${i + 1}`),
      paired: pairedFigure(main, `paired-${i + 1}`),
      contributions: contributionsFigure(twoWay, `contributions-${i + 1}`),
      interactions: interactionFigures(twoWay, `interaction-${i + 1}`),
      power: powerFigure(main, `power-${i + 1}`),
    })),
    fronts: COSTS.flatMap((cost) => frontFigure(comparison, cost, `front-${cost}`) ?? []),
  };
}

/** In the order of the report. */
export const allFigures = ({ metrics, fronts }: ReportFigures): Figure[] => [
  ...metrics.flatMap(({ effects, contributions, interactions, paired, power }) =>
    [effects, contributions, ...interactions, paired, power].filter((figure) => figure !== null),
  ),
  ...fronts,
];
