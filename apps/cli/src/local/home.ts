import { mkdir, open, readFile, rm, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { AblateError } from '@ablate/errors';

/** What a running `ablate up` notes in its home, for `ablate worker` and for the next start. */
export interface UpNote {
  readonly pid: number;
  readonly port: number;
  readonly databaseUrl: string;
  /** Processes to look for if this one is killed without a chance to stop them. */
  readonly children: readonly number[];
}

const NOTE = 'up.json';
const NEEDED_BYTES = 100 * 2 ** 20;

const unusable = (home: string, error: unknown): AblateError => {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new AblateError(
    full ? 'DISK_FULL' : 'HOME_NOT_WRITABLE',
    full ? `There is no room left in '${home}'.` : `Ablate cannot write in its folder '${home}' (${code}).`,
    {
      path: home,
      value: code,
      rule: full ? `${NEEDED_BYTES} bytes are free` : 'the home is a folder that this user may write in',
      fix: 'Give another folder with --home (or ABLATE_HOME).',
    },
  );
};

/** Folder by folder: Node's recursive mkdir never ends where a parent takes no folders (/proc). */
async function makeFolder(path: string): Promise<void> {
  if (await stat(path).catch(() => null)) return;
  if (dirname(path) !== path) await makeFolder(dirname(path));
  await mkdir(path);
}

/** Makes the home and proves that files can be written in it. Throws HOME_NOT_WRITABLE or DISK_FULL. */
export async function prepareHome(path: string): Promise<string> {
  const home = resolve(path);
  try {
    await makeFolder(join(home, 'logs'));
    const probe = join(home, `.probe-${process.pid}`);
    const file = await open(probe, 'w');
    await file.writeFile(Buffer.alloc(4096)).finally(() => file.close());
    await rm(probe);
  } catch (error) {
    throw unusable(home, error);
  }
  const disk = await statfs(home);
  if (disk.bavail * disk.bsize < NEEDED_BYTES)
    throw unusable(home, Object.assign(new Error(), { code: 'ENOSPC' }));
  return home;
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Whether a pid is still a process of Ablate's, not another program that got its number. Without /proc: alive is enough. */
async function isOurs(pid: number): Promise<boolean> {
  if (pid === process.pid) return true;
  if (!alive(pid)) return false;
  if (!(await stat('/proc/self/cmdline').catch(() => null))) return true;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return /ablate|apps\/(cli|worker|control-plane)/.test(command);
}

export async function readUpNote(home: string): Promise<UpNote | null> {
  const text = await readFile(join(home, NOTE), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const note = JSON.parse(text) as UpNote;
    return (await isOurs(note.pid)) ? note : null;
  } catch {
    return null;
  }
}

/** Processes that a killed `up` left behind are ended; they hold the database and the port. */
async function endLeftovers(home: string): Promise<void> {
  const text = await readFile(join(home, NOTE), 'utf8').catch(() => '{}');
  let pids: readonly number[] = [];
  try {
    pids = (JSON.parse(text) as Partial<UpNote>).children ?? [];
  } catch {
    // A note that was cut off names nobody.
  }
  for (const pid of pids) if (await isOurs(pid)) process.kill(pid, 'SIGTERM');
  for (const deadline = Date.now() + 10_000; pids.some(alive) && Date.now() < deadline;)
    await new Promise((settle) => setTimeout(settle, 50));
  for (const pid of pids) if (await isOurs(pid)) process.kill(pid, 'SIGKILL');
}

/** Takes the home for this process; one `up` at a time. A note left by a dead process is taken over. */
export async function takeHome(home: string, note: Omit<UpNote, 'pid'>): Promise<void> {
  const running = await readUpNote(home);
  if (running && running.pid !== process.pid)
    throw new AblateError(
      'ALREADY_RUNNING',
      `Ablate already runs in '${home}' (process ${running.pid}, port ${running.port}).`,
      {
        path: home,
        value: running.pid,
        rule: 'one `ablate up` uses a home at a time',
        fix: `Use it at http://127.0.0.1:${running.port}, stop it, or give another folder with --home.`,
      },
    );
  if (!running) await endLeftovers(home);
  await writeNote(home, note);
}

export async function writeNote(home: string, note: Omit<UpNote, 'pid'>): Promise<void> {
  const file = await open(join(home, NOTE), 'w', 0o600);
  await file.writeFile(JSON.stringify({ pid: process.pid, ...note })).finally(() => file.close());
}

export const leaveHome = (home: string): Promise<void> => rm(join(home, NOTE), { force: true });

const listen = (port: number): Promise<{ readonly port: number } | { readonly code: string }> =>
  new Promise((settle) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => settle({ code: error.code ?? 'unknown' }));
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => settle({ port: typeof address === 'object' && address ? address.port : port }));
    });
  });

export const isPortFree = async (port: number): Promise<boolean> => 'port' in (await listen(port));

/** The port itself, or a free one for 0. Throws PORT_IN_USE unless it can be listened on. */
export async function choosePort(port: number): Promise<number> {
  const outcome = await listen(port);
  if ('port' in outcome) return outcome.port;
  throw new AblateError('PORT_IN_USE', `Port ${port} cannot be used (${outcome.code}).`, {
    path: 'port',
    value: port,
    rule: 'the port is free on 127.0.0.1',
    fix: 'Stop what listens there, or give another port with --port (or ABLATE_PORT); 0 picks a free one.',
  });
}
