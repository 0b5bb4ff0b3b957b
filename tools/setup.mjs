// Makes a fresh clone ready: packages, Prisma client, build. Plain Node, no dependencies: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const fail = (message) => {
  console.error(`ablate: ${message}`);
  process.exit(1);
};

/** Runs a command in the clone; its output shows only when it fails, unless `loud`. */
export function run(label, command, args, { env = {}, loud = false } = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: loud ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (result.error) fail(`${label} could not start: ${result.error.message}`);
  if (result.status !== 0) {
    if (!loud) process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
    fail(`${label} failed (exit ${result.status ?? result.signal}).`);
  }
}

const digest = (...files) => {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
};

/** Everything that reaches the dashboard's build. */
const DASHBOARD = [
  ...['src', 'public', 'index.html', 'vite.config.ts'].map((part) => `apps/dashboard/${part}`),
  ...['errors', 'design-space', 'catalogue', 'scoring', 'contracts'].map((lib) => `libs/${lib}/src`),
  'package-lock.json',
];

/** Files below some paths, in a stable order. */
const filesBelow = (paths) =>
  paths.flatMap((path) =>
    statSync(join(root, path)).isDirectory()
      ? filesBelow(
          readdirSync(join(root, path))
            .sort()
            .map((name) => `${path}/${name}`),
        )
      : [path],
  );

/** Runs `action` unless `stamp` already holds `key` and what it made is still there. */
function once(stamp, key, made, action) {
  const file = join(root, 'node_modules', '.ablate', stamp);
  if (existsSync(join(root, made)) && existsSync(file) && readFileSync(file, 'utf8') === key) return;
  action();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, key);
}

const timed = (label, action) => {
  const began = Date.now();
  process.stderr.write(`${label} ... `);
  action();
  process.stderr.write(`${((Date.now() - began) / 1000).toFixed(1)} s\n`);
};

/** Whether someone's own `npm ci` left exactly what the lock file names; npm writes down what it installed. */
function isInstalled() {
  const written = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(written)) return false;
  const { packages: found } = JSON.parse(readFileSync(written, 'utf8'));
  const { packages: locked } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(locked).every(
    ([path, { version, link, optional }]) =>
      !path.includes('node_modules/') ||
      optional ||
      (link ? found[path]?.link : found[path]?.version === version),
  );
}

/** Installs what the lock file names, generates the Prisma client, builds every project that changed. */
export function setup() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    fail(`Node ${process.versions.node} is too old: Ablate needs 20.19 or newer.`);

  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  once('installed', `${digest('package-lock.json')} ${process.versions.modules}`, 'node_modules', () => {
    if (isInstalled()) return;
    timed('installing packages', () =>
      run('npm ci', npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
        env: { ONNXRUNTIME_NODE_INSTALL: 'skip' },
      }),
    );
  });
  once('generated', digest('prisma/schema.prisma', 'package-lock.json'), 'libs/storage/src/generated', () =>
    timed('generating the database client', () =>
      run(
        'prisma generate',
        process.execPath,
        [join('node_modules', 'prisma', 'build', 'index.js'), 'generate'],
        {
          // The client needs no schema engine; without this the command tries to download one.
          env: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath },
        },
      ),
    ),
  );
  timed('building', () =>
    run('tsc', process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-b']),
  );
  once('dashboard', digest(...filesBelow(DASHBOARD)), 'apps/dashboard/dist/index.html', () =>
    timed('building the dashboard', () =>
      run('vite build', process.execPath, [join(root, 'apps', 'dashboard', 'build.mjs')]),
    ),
  );
}

/** Hands the terminal to the built command and ends as it ends; signals go through. */
export function ablate(args) {
  const result = spawnSync(process.execPath, [join(root, 'bin', 'ablate.mjs'), ...args], {
    stdio: 'inherit',
  });
  process.exit(result.status ?? 1);
}
