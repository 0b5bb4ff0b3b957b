import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@ablate/contracts';
import { AblateError } from '@ablate/errors';
import { CLONE, type Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readGridFile } from '../grid-file.js';
import { prepareData } from '../local/data.js';
import { isPortFree, readUpNote } from '../local/home.js';
import { aborted, abortOnSignal } from '../local/signals.js';
import { up as startUp, type Running, type UpOptions } from '../local/up.js';
import { comparisonView } from '../views/comparison-view.js';
import { duration } from '../views/format.js';
import { planView } from '../views/plan-view.js';
import { outcomeOf, watchExperiment } from '../watch-experiment.js';

/** The verbs that start things on this machine. */

const upOptions = (
  { settings, environment, err }: Context,
  signal: AbortSignal,
  port = settings.port,
): UpOptions => ({
  home: settings.home,
  port,
  databaseUrl: settings.databaseUrl,
  environment,
  prepareData: (home) => prepareData(home, (line) => err.write(`${line}\n`)),
  signal,
  say: (line) => err.write(`${line}\n`),
});

/** Runs until Ctrl-C, SIGTERM, or a part that ends by itself. */
export async function up(context: Context): Promise<ExitCode> {
  const stop = abortOnSignal();
  const running = await startUp(upOptions(context, stop)).catch((error: unknown) => {
    if (stop.aborted) return null;
    throw error;
  });
  if (running === null) return EXIT.done;
  if (context.json) context.out.write(`${JSON.stringify({ url: running.url, home: running.home })}\n`);
  else
    context.out.write(
      `Ablate is ready at ${running.url} (API: ${running.url}/api/v1/openapi.json). Ctrl-C stops it.\n`,
    );
  const end = await Promise.race([running.failed, aborted(stop)]);
  context.err.write('Stopping ...\n');
  await running.stop();
  if (end instanceof AblateError) throw end;
  return EXIT.done;
}

/** Another worker for the deployment of this home, or of DATABASE_URL; in the foreground. */
export async function worker({ settings, environment }: Context): Promise<ExitCode> {
  const note = await readUpNote(settings.home);
  const databaseUrl = settings.databaseUrl ?? note?.databaseUrl;
  if (databaseUrl === undefined)
    throw new AblateError('NOT_RUNNING', `Nothing runs in '${settings.home}' for a worker to join.`, {
      path: 'home',
      value: settings.home,
      rule: 'a worker joins a running `ablate up`, or the server of DATABASE_URL',
      fix: 'Start `ablate up` first, give its --home, or set DATABASE_URL.',
    });
  const main = fileURLToPath(new URL('../../../worker/dist/main.js', import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { ...environment, DATABASE_URL: databaseUrl },
    stdio: 'inherit',
  });
  // The terminal sends Ctrl-C to the worker too; a signal to this process alone is passed on.
  void aborted(abortOnSignal()).then(() => child.kill('SIGTERM'));
  const code = await new Promise<number>((settle, fail) => {
    child.once('error', fail);
    child.once('exit', (status) => settle(status ?? 1));
  });
  return code === 0 ? EXIT.done : EXIT.failed;
}

/** The deployment of this home if one runs, else a new one that the demo stops again. */
async function deployment(context: Context, stop: AbortSignal): Promise<Running> {
  const note = await readUpNote(context.settings.home);
  if (note)
    return {
      url: `http://127.0.0.1:${note.port}`,
      home: context.settings.home,
      failed: new Promise(() => undefined),
      stop: async () => undefined,
    };
  const { port } = context.settings;
  // A demo has no address to keep: where nobody chose a port and the usual one is taken, any will do.
  const chosen = context.portGiven || (await isPortFree(port)) ? port : 0;
  return startUp(upOptions(context, stop, chosen));
}

/** Submits a grid to a deployment of its own, shows it live, prints the answer, stops everything. */
export async function demo(
  context: Context,
  options: { readonly keep: boolean; readonly grid?: string },
): Promise<ExitCode> {
  const { out, err, json } = context;
  const spec = await readGridFile(options.grid ?? join(CLONE, 'examples', 'demo.yaml'));
  const began = Date.now();
  const stop = abortOnSignal();
  const running = await deployment(context, stop);
  const abort = new AbortController();
  let shown = '';
  const work = async (): Promise<ExitCode> => {
    const client = createClient({ baseUrl: running.url, signal: abort.signal });
    const plan = await client.plan({ body: { spec } });
    if (!json) err.write(`\n${planView(plan)}\n\n`);
    const { id } = await client.submit({ body: { spec } });
    shown = id;
    const last = await watchExperiment(context, client, id, { signal: abort.signal });
    const comparison = await client.compare({ params: { id } });
    if (json) out.write(`${JSON.stringify(comparison, null, 2)}\n`);
    else out.write(`\n${comparisonView(comparison)}\n\nTook ${duration((Date.now() - began) / 1000)}.\n`);
    return outcomeOf(last);
  };
  try {
    const working = work();
    working.catch(() => undefined);
    const end = await Promise.race([working, running.failed, aborted(stop)]);
    if (end instanceof AblateError) throw end;
    if (typeof end === 'string') return EXIT.failed;
    if (options.keep) {
      err.write(`Look at it: ${running.url}/experiments/${shown}\nCtrl-C stops the server.\n`);
      const kept = await Promise.race([running.failed, aborted(stop)]);
      if (kept instanceof AblateError) throw kept;
    }
    return end;
  } finally {
    abort.abort();
    await running.stop();
  }
}
