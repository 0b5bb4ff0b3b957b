import { cpus, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AblateError } from '@ablate/errors';
import { z } from 'zod';

const whole = (low: number, fallback: number) => z.coerce.number().int().min(low).default(fallback);
const ids = z
  .string()
  .optional()
  .transform((value) =>
    value === undefined || value === '' ? [] : value.split(',').map((path) => resolve(path.trim())),
  );

/** Every variable that Ablate reads. */
const variables = z.object({
  ABLATE_HOME: z.string().min(1).default('.ablate'),
  ABLATE_URL: z.url().default('http://127.0.0.1:4600'),
  ABLATE_HOST: z.string().min(1).default('127.0.0.1'),
  ABLATE_PORT: z.coerce.number().int().min(0).max(65_535).default(4600),
  DATABASE_URL: z.string().optional(),
  REDIS_URL: z.string().optional(),
  ARTIFACTS_URL: z.string().optional(),
  ABLATE_BACKEND: z
    .enum(['auto', 'onnx', 'tensorflow-gpu', 'tensorflow', 'webgpu', 'wasm', 'cpu'])
    .default('auto'),
  ABLATE_POOL: z
    .string()
    .regex(/^[\w-]+$/, 'letters, digits, - and _')
    .default('default'),
  ABLATE_SLOTS: z.coerce.number().int().min(1).optional(),
  ABLATE_THREADS: whole(1, 1),
  ABLATE_WORKER_NAME: z.string().min(1).optional(),
  ABLATE_TRAINER: z.string().optional(),
  ABLATE_MODELS: ids,
  ABLATE_DATA: ids,
  ABLATE_BENCHMARKS: ids,
  ABLATE_JUDGE_URL: z.url().optional(),
  ABLATE_JUDGE_KEY: z.string().optional(),
  ABLATE_LEASE_MS: whole(1000, 30_000),
  ABLATE_RENEW_MS: whole(100, 5000),
  ABLATE_GRACE_MS: whole(0, 10_000),
  ABLATE_HANG_MS: whole(1000, 600_000),
  ABLATE_STOP_MS: whole(0, 30_000),
  ABLATE_TICK_MS: whole(20, 250),
  ABLATE_MAX_FAILURES: whole(1, 2),
  ABLATE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/** What the processes need to know, once, typed. Everything else takes its settings through constructors. */
export interface Settings {
  readonly home: string;
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** null = the embedded server that `ablate up` starts. */
  readonly databaseUrl: string | null;
  /** null = the queue lives in PostgreSQL. */
  readonly redisUrl: string | null;
  /** Folder of the artifact store; shared by all machines of a fleet. */
  readonly artifactsDir: string;
  /** Folders of backbones, data recipes and benchmarks, besides those of the home and the zoo. */
  readonly folders: {
    readonly models: readonly string[];
    readonly data: readonly string[];
    readonly benchmarks: readonly string[];
  };
  readonly worker: {
    readonly name: string;
    readonly pool: string;
    readonly backend: z.infer<typeof variables>['ABLATE_BACKEND'];
    /** null = one a core, or one a GPU. */
    readonly slots: number | null;
    readonly threads: number;
    /** Command of another trainer, its words split at spaces; null = the built-in one. */
    readonly trainer: string | null;
  };
  readonly timing: {
    readonly leaseMs: number;
    readonly renewMs: number;
    readonly graceMs: number;
    /** Without progress for so long, an attempt is hung. */
    readonly hangMs: number;
    /** A trainer that is asked to stop has so long to write its checkpoint. */
    readonly stopMs: number;
    readonly tickMs: number;
  };
  /** OpenAI-compatible judge of MM-Vet and LLaVA-W; null = off, as by default. */
  readonly judge: { readonly url: string; readonly key: string | null; readonly cache: string } | null;
  readonly maxFailures: number;
  readonly logLevel: z.infer<typeof variables>['ABLATE_LOG_LEVEL'];
}

/** Reads the environment (`process.env` unless given); all wrong variables are named in one error. */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = variables.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join('.')} (${given[String(path[0])] ?? 'not set'}): ${message}`,
    );
    throw new AblateError('BAD_SETTINGS', `Settings that cannot be used: ${problems.join('; ')}.`, {
      path: parsed.error.issues.map(({ path }) => path.join('.')).join(', '),
      value: given[String(parsed.error.issues[0]!.path[0])] ?? null,
      rule: parsed.error.issues[0]!.message,
      fix: 'Correct or unset these variables.',
    });
  }
  const v = parsed.data;
  const home = resolve(v.ABLATE_HOME);
  return {
    home,
    url: v.ABLATE_URL,
    host: v.ABLATE_HOST,
    port: v.ABLATE_PORT,
    databaseUrl: v.DATABASE_URL ?? null,
    redisUrl: v.REDIS_URL ?? null,
    artifactsDir: artifactsDir(v.ARTIFACTS_URL, home),
    folders: { models: v.ABLATE_MODELS, data: v.ABLATE_DATA, benchmarks: v.ABLATE_BENCHMARKS },
    worker: {
      name: v.ABLATE_WORKER_NAME ?? hostname(),
      pool: v.ABLATE_POOL,
      backend: v.ABLATE_BACKEND,
      slots: v.ABLATE_SLOTS ?? null,
      threads: v.ABLATE_THREADS,
      trainer: v.ABLATE_TRAINER ?? null,
    },
    timing: {
      leaseMs: v.ABLATE_LEASE_MS,
      renewMs: v.ABLATE_RENEW_MS,
      graceMs: v.ABLATE_GRACE_MS,
      hangMs: v.ABLATE_HANG_MS,
      stopMs: v.ABLATE_STOP_MS,
      tickMs: v.ABLATE_TICK_MS,
    },
    judge:
      v.ABLATE_JUDGE_URL === undefined
        ? null
        : { url: v.ABLATE_JUDGE_URL, key: v.ABLATE_JUDGE_KEY ?? null, cache: join(home, 'judge') },
    maxFailures: v.ABLATE_MAX_FAILURES,
    logLevel: v.ABLATE_LOG_LEVEL,
  };
}

function artifactsDir(url: string | undefined, home: string): string {
  if (url === undefined) return resolve(home, 'artifacts');
  if (url.startsWith('file://')) return new URL(url).pathname;
  if (!/^\w+:\/\//.test(url)) return resolve(url);
  throw new AblateError('BAD_SETTINGS', `ARTIFACTS_URL ${url} is no folder.`, {
    path: 'ARTIFACTS_URL',
    value: url,
    rule: 'A folder, as a path or file:// address, that all machines share.',
    fix: 'Mount the storage and name its folder.',
  });
}

/** Cores that this process may use. */
export const coreCount = (): number => Math.max(1, cpus().length);

/** The environment that child processes inherit. */
export const readEnvironment = (): Readonly<Record<string, string | undefined>> => process.env;

const ZOO = fileURLToPath(new URL('../../../zoo/models/', import.meta.url));

/** Where backbones, data recipes and benchmarks are looked for: settings first, then the home, then the zoo of this clone. */
export const inventoryFolders = ({
  home,
  folders,
}: Pick<Settings, 'home' | 'folders'>): Settings['folders'] => ({
  models: [...folders.models, join(home, 'models'), ZOO],
  data: [...folders.data, join(home, 'data')],
  benchmarks: [...folders.benchmarks, join(home, 'benchmarks')],
});
