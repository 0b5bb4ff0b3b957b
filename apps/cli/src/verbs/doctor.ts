import { join, resolve } from 'node:path';
import { stat } from 'node:fs/promises';
import type { Inventory } from '@ablate/contracts';
import { AblateError } from '@ablate/errors';
import { inventoryFolders } from '@ablate/runtime';
import { takeInventory } from '@ablate/storage';
import { answer, type Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { plural } from '../views/format.js';

type Findings = Omit<Inventory, 'backbones' | 'recipes' | 'benchmarks'> & {
  readonly node: string;
  readonly server: 'ready' | 'not ready' | 'not reachable';
  readonly home: string;
  readonly backbones: readonly string[];
  readonly recipes: readonly string[];
  readonly benchmarks: readonly string[];
};

/** The folders of this machine, indexed here: works without a server. */
async function indexHere(
  context: Context,
  models: string | undefined,
): Promise<Omit<Findings, 'node' | 'server' | 'home'>> {
  const folders = inventoryFolders(context.settings);
  if (
    models !== undefined &&
    !(await stat(models).then(
      (info) => info.isDirectory(),
      () => false,
    ))
  )
    throw new AblateError('NO_SUCH_FOLDER', `'${models}' is no folder.`, {
      path: '--models',
      value: models,
      rule: 'a folder whose subfolders are backbones in the Hugging Face layout',
      fix: 'Check the path.',
    });
  const chosen = models === undefined ? folders : { models: [resolve(models)], data: [], benchmarks: [] };
  const { index, problems } = await takeInventory(chosen, join(context.settings.home, 'digests.json'));
  const ids = (entries: readonly { readonly id: string }[]): string[] => entries.map(({ id }) => id);
  return {
    backbones: ids(index.backbones),
    recipes: ids(index.recipes),
    benchmarks: ids(index.benchmarks),
    problems: [...problems],
  };
}

function view(findings: Findings): string {
  const { node, server, home, problems } = findings;
  const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
  return [
    `Node        ${node}`,
    `Home        ${home}`,
    `Server      ${server}`,
    `Backbones   ${list(findings.backbones)}`,
    `Recipes     ${list(findings.recipes)}`,
    `Benchmarks  ${list(findings.benchmarks)}`,
    '',
    problems.length === 0 ? 'No problems.' : `${plural(problems.length, 'problem')}:`,
    ...problems.map(
      ({ message, path, fix }) => `- ${message}${path ? ` [${path}]` : ''}${fix ? ` ${fix}` : ''}`,
    ),
  ].join('\n');
}

/** What is here and what is wrong with it; problems are exit 1. A server that does not run is no problem. */
export async function doctor(context: Context, models: string | undefined): Promise<ExitCode> {
  const server = await context.client.ready({}).then(
    ({ status }) => (status === 'ok' ? 'ready' : 'not ready'),
    () => 'not reachable' as const,
  );
  const findings: Findings = {
    node: process.versions.node,
    server,
    home: context.settings.home,
    ...(await indexHere(context, models)),
  };
  answer(context, findings, () => view(findings));
  return findings.problems.length > 0 ? EXIT.failed : EXIT.done;
}
