import type { AblateErrorShape } from '@ablate/errors';
import type { StageConfig } from './stage-config.js';

/** Version of the trainer's door: its config file and its event lines. */
export const TRAINER_PROTOCOL = 1;

/** The file whose path is a trainer's only argument. Digests in `config` were checked when the paths were resolved. */
export interface TrainerJob {
  readonly version: 1;
  readonly stageKey: string;
  readonly config: StageConfig;
  readonly backend: string;
  readonly threads: number;
  /** Where the attempt writes; nobody else does. */
  readonly outputDir: string;
  /** Folders by backbone id, data recipe id and benchmark id. */
  readonly backbones: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, string>>;
  readonly benchmarks: Readonly<Record<string, string>>;
  /** The parent stages' results in order of training, nearest last; their configs came with them. */
  readonly parents: readonly {
    readonly stageKey: string;
    readonly config: StageConfig;
    readonly modelFile: string;
  }[];
  /** A checkpoint folder of an earlier attempt to go on from. */
  readonly resumeFrom: string | null;
}

export interface MetricPoint {
  readonly name: string;
  readonly step: number;
  readonly value: number;
}

/** One benchmark question's outcome; `control` tells the model's own answers from the blind control's. */
export interface Prediction {
  readonly questionId: string;
  readonly control: 'none' | 'blind';
  readonly question: string;
  readonly image: string;
  readonly answer: string;
  readonly target: string;
  readonly score: number;
  readonly category: string;
}

/** A file below the attempt's folder. */
export interface ProducedFile {
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * What a trainer yields, one JSON object a line with `v: 1` added.
 * `metrics` is deterministic (unique by stage, name and step); `telemetry` (times, throughput, memory) belongs to the attempt.
 * A checkpoint names a folder that is complete and fsynced; so does `done` of its files.
 */
export type TrainerEvent =
  | { readonly type: 'progress'; readonly step: number; readonly totalSteps: number }
  | { readonly type: 'metrics'; readonly points: readonly MetricPoint[] }
  | { readonly type: 'telemetry'; readonly step: number; readonly values: Readonly<Record<string, number>> }
  | { readonly type: 'checkpoint'; readonly step: number; readonly path: string }
  | { readonly type: 'log'; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string }
  | { readonly type: 'error'; readonly error: AblateErrorShape }
  | { readonly type: 'done'; readonly files: readonly ProducedFile[] };
