import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Client } from '@ablate/contracts';
import type { GridSpec } from '@ablate/design-space';
import { createLogger, readSettings, type Shutdown } from '@ablate/runtime';
import { openDatabase, type Database } from '@ablate/storage';
import { startTestDatabase } from '@ablate/storage/testing';
import { startServer } from '../src/start-server.js';
import { furnish } from './folders.js';

export interface Deployment {
  readonly url: string;
  readonly databaseUrl: string;
  readonly home: string;
  readonly client: Client;
  readonly database: Database;
  close(): Promise<void>;
}

/** Closes in reverse order, without the signal handlers of a process of its own. */
function closer(): Shutdown {
  const steps: (() => Promise<void>)[] = [];
  return {
    add: (_name, close) => void steps.push(close),
    run: async () => {
      for (const close of steps.splice(0).reverse()) await close();
    },
  };
}

/** A real control plane on a database and a home of its own, with short clocks. */
export async function deploy(environment: Readonly<Record<string, string>> = {}): Promise<Deployment> {
  const server = await startTestDatabase(process.env['DATABASE_URL']);
  const home = await mkdtemp(join(tmpdir(), 'ablate-control-plane-'));
  await furnish(home);
  const settings = readSettings({
    DATABASE_URL: server.url,
    ABLATE_HOME: home,
    ABLATE_PORT: '0',
    ABLATE_TICK_MS: '20',
    ABLATE_GRACE_MS: '0',
    ABLATE_LEASE_MS: '60000',
    ABLATE_LOG_LEVEL: 'silent',
    ...environment,
  });
  const shutdown = closer();
  const port = await startServer(settings, createLogger('test', settings.logLevel), shutdown);
  const database = await openDatabase(server.url);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    databaseUrl: server.url,
    home,
    client: createClient({ baseUrl: url }),
    database,
    close: async () => {
      await shutdown.run('end of the suite');
      await database.$disconnect();
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Two encoders x two strategies x two seeds, the second seed for finetune only: 4 pretrainings less than runs. */
export const grid = (name: string, changes: Partial<GridSpec> = {}): { readonly spec: GridSpec } => ({
  spec: {
    version: 1,
    project: 'tests',
    name,
    axes: {
      encoder: ['clip-a', 'siglip-a'],
      connector: ['linear'],
      llm: ['llama-a'],
      data: ['short'],
      strategy: ['base', 'lora'],
    },
    baseline: { encoder: 'clip-a', strategy: 'base' },
    seeds: { values: [1, 2], redraws: ['finetune'] },
    evaluate: ['quiz'],
    ...changes,
  },
});
