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

/** A real control plane on a database (of its own, unless one is named) and a home of its own, with short clocks. */
export async function deploy(environment: Readonly<Record<string, string>> = {}): Promise<Deployment> {
  const steps = closer();
  try {
    const home = await mkdtemp(join(tmpdir(), 'ablate-control-plane-'));
    steps.add('home', () => rm(home, { recursive: true, force: true }));
    await furnish(home);
    const databaseUrl = environment['DATABASE_URL'] ?? (await ownDatabase(steps));
    const settings = readSettings({
      ABLATE_HOME: home,
      ABLATE_PORT: '0',
      ABLATE_TICK_MS: '20',
      ABLATE_GRACE_MS: '0',
      // However slow the machine, no lease runs out and no worker falls silent unless a test says so.
      ABLATE_RENEW_MS: '3600000',
      ABLATE_LOG_LEVEL: 'silent',
      ...environment,
      DATABASE_URL: databaseUrl,
    });
    const port = await startServer(settings, createLogger('test', settings.logLevel), steps);
    const database = await openDatabase(databaseUrl);
    steps.add('database', () => database.$disconnect());
    const url = `http://127.0.0.1:${port}`;
    const client = createClient({ baseUrl: url });
    return { url, databaseUrl, home, client, database, close: () => steps.run('end of the suite') };
  } catch (error) {
    await steps.run('it did not start');
    throw error;
  }
}

async function ownDatabase(steps: Shutdown): Promise<string> {
  const server = await startTestDatabase(process.env['DATABASE_URL']);
  steps.add('server', () => server.stop());
  return server.url;
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
