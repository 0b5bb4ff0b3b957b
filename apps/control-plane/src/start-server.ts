import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AblateError } from '@ablate/errors';
import { openQueue, type JobQueue } from '@ablate/queue';
import { inventoryFolders, type Logger, type Settings, type Shutdown } from '@ablate/runtime';
import {
  ArtifactStore,
  AttemptRepository,
  ChangeRepository,
  CurveRepository,
  DetailRepository,
  ExperimentRepository,
  MetricRepository,
  migrate,
  openDatabase,
  PlaygroundRepository,
  ResultRepository,
  StageRepository,
  SummaryRepository,
  takeInventory,
  WorkerRepository,
  type Database,
} from '@ablate/storage';
import { AppModule } from './app.module.js';
import type { Context } from './context.js';
import { ErrorFilter } from './http/error.filter.js';
import { AnswerStore } from './read/keep-answers.js';
import { keepInventory } from './read/keep-inventory.js';
import { startScheduler } from './scheduling/scheduler.js';

const DASHBOARD = fileURLToPath(new URL('../../dashboard/dist', import.meta.url));

function createContext(
  settings: Settings,
  logger: Logger,
  database: Database,
  databaseUrl: string,
  shutdown: Shutdown,
): Context {
  const queues = new Map<string, Promise<JobQueue>>();
  const queueOf = (pool: string): Promise<JobQueue> => {
    const known = queues.get(pool);
    if (known) return known;
    const onError = (error: Error): void => logger.warn({ error: error.message, pool }, 'queue');
    const opened = openQueue({ redisUrl: settings.redisUrl, databaseUrl, pool, onError });
    queues.set(pool, opened);
    opened.catch(() => queues.delete(pool));
    return opened;
  };
  shutdown.add('queues', async () => {
    for (const queue of queues.values()) await (await queue).close();
  });
  const answers = (check: Promise<unknown>): Promise<boolean> =>
    check.then(
      () => true,
      () => false,
    );
  return {
    settings,
    logger,
    dashboardDir: DASHBOARD,
    experiments: new ExperimentRepository(database),
    stages: new StageRepository(database),
    attempts: new AttemptRepository(database),
    metrics: new MetricRepository(database),
    results: new ResultRepository(database),
    workers: new WorkerRepository(database),
    summaries: new SummaryRepository(database),
    changes: new ChangeRepository(database),
    curves: new CurveRepository(database),
    details: new DetailRepository(database),
    playground: new PlaygroundRepository(database),
    artifacts: new ArtifactStore(settings.artifactsDir),
    answers: new AnswerStore(),
    queueOf,
    inventory: keepInventory(async () => {
      const found = await takeInventory(inventoryFolders(settings), join(settings.home, 'digests.json'));
      return { ...found, index: { ...found.index, judge: settings.judge !== null } };
    }),
    check: async () => ({
      database: await answers(database.$queryRaw`SELECT 1`),
      queue: await answers(queueOf('default').then((queue) => queue.has('health'))),
    }),
  };
}

/** Migrates, starts the API on the settings' port and the scheduler; returns the port (a free one for 0). */
export async function startServer(settings: Settings, logger: Logger, shutdown: Shutdown): Promise<number> {
  const { databaseUrl, port, host } = settings;
  if (databaseUrl === null) {
    throw new AblateError('NO_DATABASE', 'The control plane needs DATABASE_URL.', {
      path: 'DATABASE_URL',
      rule: 'The address of a PostgreSQL.',
      fix: 'Set it, or use `ablate up`, which starts one itself.',
    });
  }
  const database = await openDatabase(databaseUrl);
  shutdown.add('database', () => database.$disconnect());
  const applied = await migrate(databaseUrl);
  if (applied.length > 0) logger.info({ applied }, 'migrated');
  const context = createContext(settings, logger, database, databaseUrl, shutdown);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.register(context),
    new FastifyAdapter({ bodyLimit: 16 * 1024 * 1024, forceCloseConnections: true }),
    { logger: false, abortOnError: false },
  );
  app.useGlobalFilters(new ErrorFilter(logger));
  try {
    await app.listen(port, host);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new AblateError(
      'PORT_IN_USE',
      `Port ${port} is in use.`,
      {
        path: 'ABLATE_PORT',
        value: port,
        rule: 'A free port.',
        fix: 'Stop what uses it, or choose another with ABLATE_PORT or --port.',
      },
      { cause },
    );
  }
  shutdown.add('server', () => app.close());
  const scheduler = startScheduler(context);
  shutdown.add('scheduler', () => scheduler.stop());
  const address = app.getHttpServer().address() as { port: number };
  logger.info({ port: address.port }, 'control plane ready');
  return address.port;
}
