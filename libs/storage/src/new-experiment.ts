import type { StageConfig } from '@ablate/catalogue';
import type { Levels } from '@ablate/design-space';

/** A stage as a plan found it. */
export interface NewStage {
  readonly key: string;
  readonly kind: 'train' | 'evaluate';
  readonly name: string;
  readonly config: StageConfig;
  /** What was hashed. */
  readonly inputs: unknown;
  readonly parents: readonly string[];
  readonly pool: string;
  readonly flops: number;
  readonly peakMemoryBytes: number;
}

/** A grid with all that it needs, ready to be written. */
export interface NewExperiment {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  readonly spec: unknown;
  readonly tags?: readonly string[];
  readonly priority: number;
  readonly maxParallel: number | null;
  readonly baselineCell: string | null;
  readonly notes: readonly string[];
  readonly cells: readonly { readonly id: string; readonly label: string; readonly levels: Levels }[];
  readonly runs: readonly {
    readonly id: string;
    readonly cell: string;
    readonly seed: number;
    readonly stages: readonly string[];
  }[];
  /** Every stage that any run needs, parents before children. */
  readonly stages: readonly NewStage[];
  readonly savedTrainings: number;
}
