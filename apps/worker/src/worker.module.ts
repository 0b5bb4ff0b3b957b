import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { Module, type DynamicModule } from '@nestjs/common';
import { AblateError } from '@ablate/errors';
import { openQueue } from '@ablate/queue';
import { createLogger, inventoryFolders, type Settings, type Shutdown } from '@ablate/runtime';
import {
  ArtifactStore,
  AttemptRepository,
  ExperimentRepository,
  MetricRepository,
  openDatabase,
  PlaygroundRepository,
  ResultRepository,
  StageRepository,
  WorkerRepository,
} from '@ablate/storage';
import { createExecutor } from '@ablate/tensor';
import { findDevice } from './device.js';
import { WorkerService } from './worker.service.js';

const BUILT_IN = [
  process.execPath,
  '--no-warnings',
  fileURLToPath(new URL('./trainer/main.js', import.meta.url)),
];

/** Questions are answered by the built-in code, whatever the trainer is. */
const ANSWERER = [
  process.execPath,
  '--no-warnings',
  fileURLToPath(new URL('./answerer/main.js', import.meta.url)),
];

/** Backend and numerics class of a setting, resolved on this machine. */
async function resolveBackend(
  backend: Settings['worker']['backend'],
  threads: number,
): Promise<{ backend: string; numericsClass: string }> {
  const executor = await createExecutor(backend, { threads });
  const resolved = { backend: executor.backend, numericsClass: executor.numericsClass };
  await executor.dispose();
  return resolved;
}

async function createService(
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
  shutdown: Shutdown,
): Promise<WorkerService> {
  const { databaseUrl, redisUrl, worker } = settings;
  if (databaseUrl === null) {
    throw new AblateError('NO_DATABASE', 'A worker needs DATABASE_URL.', {
      path: 'DATABASE_URL',
      rule: 'The address of the deployment’s PostgreSQL.',
      fix: 'Set it, or use `ablate up`, which starts a worker itself.',
    });
  }
  const database = await openDatabase(databaseUrl);
  shutdown.add('database', () => database.$disconnect());
  const logger = createLogger('worker', settings.logLevel);
  const onError = (error: Error): void => logger.warn({ error: error.message }, 'queue');
  const queue = await openQueue({ redisUrl, databaseUrl, pool: worker.pool, onError });
  shutdown.add('queue', () => queue.close());
  const resolved = await resolveBackend(worker.backend, worker.threads);
  const service = new WorkerService({
    settings,
    logger,
    queue,
    attempts: new AttemptRepository(database),
    metrics: new MetricRepository(database),
    stages: new StageRepository(database),
    results: new ResultRepository(database),
    experiments: new ExperimentRepository(database),
    playground: new PlaygroundRepository(database),
    workers: new WorkerRepository(database),
    artifacts: new ArtifactStore(settings.artifactsDir),
    folders: inventoryFolders(settings),
    inventoryCache: join(settings.home, 'digests-worker.json'),
    ...resolved,
    device: findDevice(resolved.backend === 'tensorflow-gpu'),
    command: worker.trainer === null ? BUILT_IN : worker.trainer.split(' '),
    answerer: ANSWERER,
    environment,
  });
  shutdown.add('worker', () => service.stop());
  return service;
}

@Module({})
export class WorkerModule {
  static register(
    settings: Settings,
    environment: Readonly<Record<string, string | undefined>>,
    shutdown: Shutdown,
  ): DynamicModule {
    return {
      module: WorkerModule,
      providers: [
        { provide: WorkerService, useFactory: () => createService(settings, environment, shutdown) },
      ],
    };
  }
}
