import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { AblateError } from '@ablate/errors';
import { makeOwned, settlePlace, type Place } from './place.js';
import { writeAtomically } from './write-atomically.js';

/** A PostgreSQL of our own on loopback. */
export interface EmbeddedPostgres {
  readonly url: string;
  readonly pid: number;
  /** Settles when the server has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Fast shutdown; waits for the end. */
  stop(): Promise<void>;
}

const USER = 'ablate';
const NEEDED_BYTES = 200 * 2 ** 20;
const START_MS = 120_000;
const STOP_MS = 30_000;

const failure = (message: string, path: string, log: string, fix: string): AblateError =>
  new AblateError('EMBEDDED_POSTGRES_FAILED', message, {
    path,
    value: log.trim().split('\n').slice(-8).join('\n'),
    rule: 'the embedded database starts',
    fix,
  });

const asUser = ({ user }: Place): { uid?: number; gid?: number } =>
  user ? { uid: user.uid, gid: user.gid } : {};

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

async function password(dir: string): Promise<string> {
  const path = join(dir, 'password');
  const kept = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (kept !== '') return kept;
  const drawn = randomBytes(16).toString('hex');
  await writeAtomically(path, drawn, 0o600);
  return drawn;
}

/** Makes the cluster beside its final place and moves it there when it is whole. */
async function initialise(place: Place, secret: string): Promise<void> {
  const { dataDir, programs } = place;
  const disk = await statfs(dirname(dataDir));
  if (disk.bavail * disk.bsize < NEEDED_BYTES)
    throw new AblateError(
      'DISK_FULL',
      `There is no room for the embedded database in '${dirname(dataDir)}'.`,
      {
        path: dirname(dataDir),
        value: disk.bavail * disk.bsize,
        rule: `${NEEDED_BYTES} bytes are free`,
        fix: 'Free some space, or give another folder with --home.',
      },
    );
  const part = `${dataDir}.new`;
  const secretFolder = `${dataDir}.secret`;
  await makeOwned(part, place.user);
  await makeOwned(secretFolder, place.user);
  const secretFile = join(secretFolder, 'password');
  const file = await open(secretFile, 'w', 0o600);
  await file.writeFile(secret);
  if (place.user) await file.chown(place.user.uid, place.user.gid);
  await file.close();
  try {
    const child = spawn(
      join(programs, 'bin', 'initdb'),
      [
        `--pgdata=${part}`,
        `--username=${USER}`,
        `--pwfile=${secretFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
      ],
      { ...asUser(place), cwd: dirname(dataDir), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let log = '';
    child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const code = await new Promise<number | string>((settle) => {
      child.once('error', (error) => settle(error.message));
      child.once('close', (status, signal) => settle(status ?? signal ?? 'unknown'));
    });
    if (code !== 0)
      throw failure(
        `The embedded database could not be created (${code}).`,
        dataDir,
        log,
        'See the lines in value; set DATABASE_URL to use another server.',
      );
    await rename(part, dataDir);
  } finally {
    await rm(secretFolder, { recursive: true, force: true });
    await rm(part, { recursive: true, force: true });
  }
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Ends a server that an earlier, killed process left behind. A pid that now belongs to another program is left alone. */
async function stopOrphan(place: Place): Promise<void> {
  const [line] = (await readFile(join(place.dataDir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number(line);
  if (!Number.isInteger(pid) || pid <= 1 || !alive(pid)) return;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  if (command !== null && !command.includes(place.dataDir)) return;
  process.kill(pid, 'SIGINT');
  for (const deadline = Date.now() + STOP_MS; alive(pid) && Date.now() < deadline;) await sleep(50);
}

async function connect(port: number, secret: string, database: string): Promise<pg.Client> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: USER, password: secret, database });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Waits until the server answers, then makes the database if it is not there yet. */
async function ready(
  port: number,
  secret: string,
  database: string,
  hasEnded: () => boolean,
): Promise<boolean> {
  for (const deadline = Date.now() + START_MS; Date.now() < deadline && !hasEnded(); await sleep(50)) {
    const client = await connect(port, secret, 'postgres').catch(() => null);
    if (!client) continue;
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
    await client.end();
    return true;
  }
  return false;
}

async function stopServer(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGQUIT'), STOP_MS);
  await ended;
  clearTimeout(timer);
}

/**
 * Starts PostgreSQL from npm on a free loopback port (or `port`), its data kept below `dir` between starts. The first start makes
 * the cluster (seconds); a server orphaned by a killed process is stopped first. It runs in a process group of its own, so that
 * Ctrl-C in a terminal does not end it before its clients. Throws an AblateError naming the folder when it cannot start.
 */
export async function startEmbeddedPostgres(options: {
  readonly dir: string;
  readonly port?: number;
  readonly database?: string;
}): Promise<EmbeddedPostgres> {
  const { dir, database = 'ablate' } = options;
  const place = await settlePlace(dir);
  const secret = await password(dir);
  await stopOrphan(place);
  if (!(await stat(place.dataDir).catch(() => null))) await initialise(place, secret);

  const port = options.port ?? (await freePort());
  const logFile = join(dir, 'server.log');
  const log = await open(logFile, 'w');
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=100',
    'shared_buffers=64MB',
  ];
  const child = spawn(
    join(place.programs, 'bin', 'postgres'),
    ['-D', place.dataDir, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { ...asUser(place), cwd: dirname(place.dataDir), detached: true, stdio: ['ignore', log.fd, log.fd] },
  );
  let hasEnded = false;
  const ended = new Promise<void>((settle) => {
    const end = (): void => {
      hasEnded = true;
      settle();
    };
    child.once('error', end);
    child.once('exit', end);
  });
  await log.close();
  if (!(await ready(port, secret, database, () => hasEnded)) || child.pid === undefined) {
    await stopServer(child, ended);
    const text = await readFile(logFile, 'utf8').catch(() => '');
    throw failure(
      'The embedded database did not start.',
      place.dataDir,
      text,
      `See ${logFile}; is the disk full or the port taken?`,
    );
  }
  return {
    url: `postgresql://${USER}:${secret}@127.0.0.1:${port}/${database}`,
    pid: child.pid,
    ended,
    stop: () => stopServer(child, ended),
  };
}
