import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AblateError } from '@ablate/errors';

/** Files by their sha256, below one folder that all workers share. */
export class ArtifactStore {
  constructor(readonly root: string) {}

  /** Where an object lies. */
  pathOf(sha256: string): string {
    return join(this.root, 'objects', sha256.slice(0, 2), sha256);
  }

  /** Makes the folder of an attempt. */
  async makeAttemptDir(attemptId: string): Promise<string> {
    const folder = this.attemptDir(attemptId);
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw asUnwritable(error, this.root);
    });
    return folder;
  }

  /** Folder of one attempt; nobody else writes there. */
  attemptDir(attemptId: string): string {
    return join(this.root, 'attempts', attemptId);
  }

  /** Copies a file in: temporary name, digest checked, fsync, rename. An object that is there already is left alone. */
  async put(file: string, sha256: string): Promise<void> {
    const target = this.pathOf(sha256);
    if (await stat(target).catch(() => null)) return;
    try {
      await this.copy(file, target, sha256);
    } catch (error) {
      throw asUnwritable(error, this.root);
    }
  }

  /** Writes bytes and returns their digest: temporary name, fsync, rename. */
  async write(bytes: Uint8Array): Promise<string> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const target = this.pathOf(sha256);
    if (await stat(target).catch(() => null)) return sha256;
    const temporary = `${target}.tmp-${randomUUID()}`;
    try {
      await mkdir(dirname(target), { recursive: true });
      const handle = await open(temporary, 'w');
      await handle
        .writeFile(bytes)
        .then(() => handle.sync())
        .finally(() => handle.close());
      await rename(temporary, target);
    } catch (error) {
      throw asUnwritable(error, this.root);
    } finally {
      await rm(temporary, { force: true });
    }
    return sha256;
  }

  private async copy(file: string, target: string, sha256: string): Promise<void> {
    await mkdir(dirname(target), { recursive: true });
    const temporary = `${target}.tmp-${randomUUID()}`;
    const hash = createHash('sha256');
    try {
      await pipeline(
        createReadStream(file),
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            hash.update(chunk);
            yield chunk;
          }
        },
        createWriteStream(temporary),
      );
      const actual = hash.digest('hex');
      if (actual !== sha256) throw corrupt(file, sha256, actual);
      const handle = await open(temporary, 'r');
      await handle.sync().finally(() => handle.close());
      await rename(temporary, target);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** The path of an object whose bytes were checked. */
  async verified(sha256: string): Promise<string> {
    const path = this.pathOf(sha256);
    const hash = createHash('sha256');
    try {
      for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    } catch (cause) {
      throw new AblateError(
        'ARTIFACT_MISSING',
        `${path} cannot be read.`,
        {
          path,
          value: sha256,
          rule: 'Every finished stage’s files are in the artifact store.',
          fix: 'Restore the folder, or cancel and retry the stage.',
        },
        { cause },
      );
    }
    const actual = hash.digest('hex');
    if (actual !== sha256) throw corrupt(path, sha256, actual);
    return path;
  }

  /** Removes an attempt's folder. */
  async removeAttempt(attemptId: string): Promise<void> {
    await rm(this.attemptDir(attemptId), { recursive: true, force: true });
  }
}

const UNWRITABLE: Readonly<Record<string, string>> = {
  ENOSPC: 'is full',
  EDQUOT: 'is full: the quota is used up',
  ENOTDIR: 'is no folder',
  EROFS: 'is read-only',
  EACCES: 'may not be written by this user',
  EPERM: 'may not be written by this user',
};

/** A full or read-only disk in words; any other error as it is. */
function asUnwritable(error: unknown, root: string): unknown {
  const why = UNWRITABLE[(error as NodeJS.ErrnoException).code ?? ''];
  if (why === undefined) return error;
  return new AblateError(
    'ARTIFACTS_NOT_WRITABLE',
    `The artifact store ${root} ${why}.`,
    {
      path: root,
      value: (error as NodeJS.ErrnoException).code,
      rule: 'The folder of ARTIFACTS_URL is writable and has room for the weights of every stage.',
      fix: 'Free space or correct the permissions, then retry; or set ARTIFACTS_URL to another folder.',
    },
    { cause: error },
  );
}

const corrupt = (path: string, expected: string, actual: string): AblateError =>
  new AblateError('ARTIFACT_CORRUPT', `${path} has other bytes than its digest says.`, {
    path,
    value: actual,
    rule: `sha256 is ${expected}.`,
    fix: 'Remove the file and retry the stage that made it.',
  });
