import type { Comparison, EffectsView, ExperimentDetail, PivotView, ProvenanceView } from '@ablate/contracts';

/** The answers of the API that a report shows; nothing in it is computed anew. */
export interface ReportInput {
  readonly experiment: Pick<
    ExperimentDetail,
    'id' | 'kind' | 'project' | 'name' | 'state' | 'spec' | 'createdAt' | 'finishedAt' | 'runs'
  >;
  readonly comparison: Comparison;
  /** By metric, in the order of the grid: main effects, and the model with interactions. */
  readonly effects: readonly { readonly main: EffectsView; readonly twoWay: EffectsView }[];
  readonly pivots: readonly PivotView[];
  readonly provenance: ProvenanceView;
  /** The command line that makes this report. */
  readonly command: string;
}
