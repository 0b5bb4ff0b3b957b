import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AblateError } from '@ablate/errors';
import { startEmbeddedPostgres } from '@ablate/storage/embedded';
import { choosePort, leaveHome, prepareHome, takeHome, writeNote } from './home.js';
import { logTail, startService, type Service } from './service.js';

export interface UpOptions {
  readonly home: string;
  readonly port: number;
  /** A server to use instead of the embedded one. */
  readonly databaseUrl: string | null;
  /** What the services inherit. */
  readonly environment: NodeJS.ProcessEnv;
  /** Makes what data recipes and benchmarks are missing below the home. */
  readonly prepareData: (home: string) => Promise<void>;
  /** Starting stops where it is when this aborts. */
  readonly signal: AbortSignal;
  /** Told what happens, for a person. */
  readonly say: (line: string) => void;
}

/** A deployment on this machine. */
export interface Running {
  readonly url: string;
  readonly home: string;
  /** Settles with a reason when something essential ended by itself. */
  readonly failed: Promise<AblateError>;
  /** Worker first, so that it gives its work back; then control plane; then database. */
  stop(): Promise<void>;
}

const READY_MS = 120_000;
/** A worker writes checkpoints before it ends. */
const WORKER_GRACE_MS = 45_000;
const SERVER_GRACE_MS = 20_000;
/** A worker that ends is started again after this long, doubled each time up to a minute. */
const RESTART_MS = 1_000;

const mainOf = (app: 'control-plane' | 'worker'): string =>
  new URL(`../../../${app}/dist/main.js`, import.meta.url).href;

const ended = async (service: Service, how: string): Promise<AblateError> =>
  new AblateError('SERVICE_ENDED', `The ${service.name} ended by itself (${how}).`, {
    path: service.logFile,
    value: await logTail(service),
    rule: 'the services run until they are stopped',
    fix: `See ${service.logFile}.`,
  });

/** Waits until the server says that it is ready; throws when it ends before, or takes too long. */
async function waitUntilReady(url: string, service: Service, signal: AbortSignal): Promise<void> {
  let how: string | null = null;
  void service.ended.then((reason) => (how = reason));
  for (const deadline = Date.now() + READY_MS; Date.now() < deadline; await sleep(100)) {
    signal.throwIfAborted();
    if (how !== null) throw await ended(service, how);
    const response = await fetch(`${url}/api/v1/health/ready`).catch(() => null);
    if (response?.ok) return;
  }
  throw new AblateError('NOT_READY', `The control plane was not ready after ${READY_MS / 1000} s.`, {
    path: service.logFile,
    value: await logTail(service),
    rule: 'health/ready answers',
    fix: `See ${service.logFile}.`,
  });
}

/** Stops in reverse order of starting; every step runs even if one fails. */
const stopAll = async (steps: readonly (() => Promise<void>)[]): Promise<void> => {
  for (const step of [...steps].reverse()) await step().catch(() => undefined);
};

/**
 * Starts a deployment: embedded PostgreSQL (unless `databaseUrl`), data, control plane, one worker. Returns when it is ready.
 * Nothing is left running when it throws: HOME_NOT_WRITABLE, DISK_FULL, ALREADY_RUNNING, PORT_IN_USE, or why a part did not start.
 */
export async function up(options: UpOptions): Promise<Running> {
  const { say, signal } = options;
  const home = await prepareHome(options.home);
  const port = await choosePort(options.port);
  const note = { port, databaseUrl: options.databaseUrl ?? '', children: [] };
  await takeHome(home, note);

  const steps: (() => Promise<void>)[] = [() => leaveHome(home)];
  const children: number[] = [];
  let stopping = false;
  let report: (error: AblateError) => void = () => undefined;
  const failed = new Promise<AblateError>((settle) => (report = settle));
  const watch = (service: Service): void => {
    void service.ended.then(async (how) => {
      if (!stopping) report(await ended(service, how));
    });
  };

  try {
    const data = options.prepareData(home);
    // Its failure is awaited below; until then it is no unhandled rejection.
    data.catch(() => undefined);
    let databaseUrl = options.databaseUrl;
    if (databaseUrl === null) {
      say('Starting the embedded PostgreSQL ...');
      await mkdir(join(home, 'postgres'), { recursive: true });
      const database = await startEmbeddedPostgres({ dir: join(home, 'postgres') });
      steps.push(() => database.stop());
      void database.ended.then(() => {
        if (stopping) return;
        report(
          new AblateError('DATABASE_ENDED', 'The embedded PostgreSQL ended by itself.', {
            path: join(home, 'postgres', 'server.log'),
            rule: 'the database runs until it is stopped',
            fix: 'See the log; is the disk full?',
          }),
        );
      });
      databaseUrl = database.url;
    }
    await data;
    signal.throwIfAborted();

    const url = `http://127.0.0.1:${port}`;
    const environment = {
      ...options.environment,
      DATABASE_URL: databaseUrl,
      ABLATE_HOME: home,
      ABLATE_PORT: String(port),
      ABLATE_URL: url,
    };
    const start = async (app: 'control-plane' | 'worker'): Promise<Service> => {
      const service = await startService(app, mainOf(app), environment, join(home, 'logs', `${app}.log`));
      children.push(service.pid);
      await writeNote(home, { ...note, databaseUrl: databaseUrl ?? '', children });
      return service;
    };

    say('Starting the control plane ...');
    const server = await start('control-plane');
    steps.push(() => server.stop(SERVER_GRACE_MS));
    await waitUntilReady(url, server, signal);
    watch(server);

    say('Starting a worker ...');
    let worker = await start('worker');
    const keep = async (pause: number): Promise<void> => {
      const how = await worker.ended;
      if (stopping) return;
      say(`The worker ended (${how}); another one starts. See ${worker.logFile}.`);
      await sleep(pause);
      if (stopping) return;
      worker = await start('worker');
      await keep(Math.min(pause * 2, 60_000));
    };
    void keep(RESTART_MS);
    steps.push(() => worker.stop(WORKER_GRACE_MS));
    return {
      url,
      home,
      failed,
      stop: async () => {
        stopping = true;
        await stopAll(steps);
      },
    };
  } catch (error) {
    stopping = true;
    await stopAll(steps);
    throw error;
  }
}
