import { join } from 'node:path';
import type { Inventory } from '@ablate/contracts';
import { inventoryFolders } from '@ablate/runtime';
import { takeInventory } from '@ablate/storage';
import { answer, type Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { plural } from '../views/format.js';
import { checkModels } from './check-models.js';

type Findings = Omit<Inventory, 'backbones' | 'recipes' | 'benchmarks'> & {
  readonly node: string;
  readonly server: 'ready' | 'not ready' | 'not reachable';
  readonly home: string;
  readonly backbones: readonly string[];
  readonly recipes: readonly string[];
  readonly benchmarks: readonly string[];
};

/** The folders of this machine, indexed here: works without a server. */
async function indexHere(context: Context): Promise<Omit<Findings, 'node' | 'server' | 'home'>> {
  const folders = inventoryFolders(context.settings);
  const { index, problems } = await takeInventory(folders, join(context.settings.home, 'digests.json'));
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
  if (models !== undefined) return checkModels(context, models);
  const server = await context.client.ready({}).then(
    ({ status }) => (status === 'ok' ? 'ready' : 'not ready'),
    () => 'not reachable' as const,
  );
  const findings: Findings = {
    node: process.versions.node,
    server,
    home: context.settings.home,
    ...(await indexHere(context)),
  };
  answer(context, findings, () => view(findings));
  return findings.problems.length > 0 ? EXIT.failed : EXIT.done;
}
