import type { JobQueue } from '@ablate/queue';
import type { Logger, Settings } from '@ablate/runtime';
import type {
  ArtifactStore,
  AttemptRepository,
  ChangeRepository,
  CurveRepository,
  DetailRepository,
  ExperimentRepository,
  Inventory,
  MetricRepository,
  PlaygroundRepository,
  ResultRepository,
  StageRepository,
  SummaryRepository,
  WorkerRepository,
} from '@ablate/storage';
import type { AnswerStore } from './read/keep-answers.js';

/** What use-cases work with; made once at start. */
export interface Context {
  readonly settings: Settings;
  readonly logger: Logger;
  /** Folder of the dashboard's build. */
  readonly dashboardDir: string;
  readonly experiments: ExperimentRepository;
  readonly stages: StageRepository;
  readonly attempts: AttemptRepository;
  readonly metrics: MetricRepository;
  readonly results: ResultRepository;
  readonly workers: WorkerRepository;
  readonly summaries: SummaryRepository;
  readonly changes: ChangeRepository;
  readonly curves: CurveRepository;
  readonly details: DetailRepository;
  readonly playground: PlaygroundRepository;
  readonly artifacts: ArtifactStore;
  readonly answers: AnswerStore;
  /** Queue of a pool, opened at first use. */
  readonly queueOf: (pool: string) => Promise<JobQueue>;
  /** Backbones, recipes and benchmarks as they are in their folders now, or were at most so long ago: looking takes a while. */
  readonly inventory: (maxAgeMs?: number) => Promise<Inventory>;
  /** Whether database and queue answer. */
  readonly check: () => Promise<Readonly<Record<'database' | 'queue', boolean>>>;
}

/** Reading what is finished needs no fresh look at the folders. */
export const READ_AGE_MS = 60_000;

export const CONTEXT = Symbol('context');
