// A control plane without workers, on a database of its own, with the tiny backbones and data.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestDatabase } from '@ablate/storage/testing';
import { writeTinyBenchmark, writeTinyEncoder, writeTinyLlm, writeTinyRecipe } from '@ablate/vlm/testing';

const MAIN = fileURLToPath(new URL('../../apps/control-plane/dist/main.js', import.meta.url));

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Where it is, where its database is, and how to end both. */
export async function startLoadServer() {
  const home = await mkdtemp(join(tmpdir(), 'ablate-load-'));
  await writeTinyEncoder(join(home, 'models', 'eye'), 1);
  await writeTinyLlm(join(home, 'models', 'tongue'), 2);
  await writeTinyRecipe(join(home, 'data', 'tiny'), 1);
  await writeTinyBenchmark(join(home, 'benchmarks', 'tiny-vqa'));
  const database = await startTestDatabase();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ['--no-warnings', MAIN], {
    env: {
      ...process.env,
      REDIS_URL: '',
      DATABASE_URL: database.url,
      ABLATE_HOME: home,
      ABLATE_PORT: String(port),
      ARTIFACTS_URL: join(home, 'artifacts'),
    },
    stdio: 'ignore',
  });
  while (!(await fetch(`${url}/api/v1/health/ready`).catch(() => null))?.ok)
    await new Promise((resolve) => setTimeout(resolve, 200));
  return {
    url,
    database: database.url,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      await database.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
