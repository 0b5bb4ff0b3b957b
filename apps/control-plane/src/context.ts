import type { JobQueue } from '@ablate/queue';
import type { Logger, Settings } from '@ablate/runtime';
import type {
  AttemptRepository,
  ChangeRepository,
  ExperimentRepository,
  Inventory,
  MetricRepository,
  ResultRepository,
  StageRepository,
  SummaryRepository,
  WorkerRepository,
} from '@ablate/storage';

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
  /** Queue of a pool, opened at first use. */
  readonly queueOf: (pool: string) => Promise<JobQueue>;
  /** Backbones, recipes and benchmarks as they are in their folders now. */
  readonly inventory: () => Promise<Inventory>;
  /** Whether database and queue answer. */
  readonly check: () => Promise<Readonly<Record<'database' | 'queue', boolean>>>;
}

export const CONTEXT = Symbol('context');
