import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { AblateError, type AblateErrorShape } from '@ablate/errors';
import { answer, type Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';

/** What the worker's check says of one folder. */
interface Finding {
  readonly path: string;
  readonly kind: 'encoder' | 'llm' | null;
  readonly architecture: string | null;
  readonly supported: boolean;
  readonly parameters: number | null;
  readonly trainMiB: Readonly<Record<string, number>> | null;
  readonly secondsPer1000: number | null;
  readonly basis: 'estimated' | 'measured';
  readonly problems: readonly AblateErrorShape[];
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );

function block(finding: Finding): string {
  const { path, kind, architecture, supported, parameters, trainMiB, secondsPer1000, basis } = finding;
  const memory = Object.entries(trainMiB ?? {}).map(([strategy, mib]) => `${strategy} ${mib} MiB`);
  const facts = [
    `${kind ?? 'unknown'}, ${architecture ?? 'unknown architecture'}`,
    ...(parameters === null ? [] : [`${(parameters / 1e6).toFixed(2)} M parameters`]),
    ...(memory.length === 0 ? [] : [`to train ${memory.join(', ')}`]),
    ...(secondsPer1000 === null ? [] : [`${secondsPer1000} s a 1,000 samples of 36 + 92 tokens (${basis})`]),
  ];
  return [
    `${supported ? 'ok  ' : 'FAIL'} ${path}: ${facts.join('; ')}`,
    ...finding.problems.map(({ message, fix }) => `     ${message}${fix ? ` ${fix}` : ''}`),
  ].join('\n');
}

/** What every folder of checkpoints is, whether a grid can use it, and what it costs; exit 1 when one is not usable or none is there. */
export async function checkModels(context: Context, models: string): Promise<ExitCode> {
  const folder = resolve(models);
  if (!(await isFolder(folder)))
    throw new AblateError('NO_SUCH_FOLDER', `'${models}' is no folder.`, {
      path: '--models',
      value: models,
      rule: 'a folder whose subfolders are backbones in the Hugging Face layout',
      fix: 'Check the path.',
    });
  // Tensors are the worker's: this command reads none.
  const program = fileURLToPath(new URL('../../../worker/dist/check-models/main.js', import.meta.url));
  const request = { folder, digests: join(context.settings.home, 'digests.json') };
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(request)], {
    maxBuffer: 64 * 1024 * 1024,
  });
  const findings = JSON.parse(stdout) as readonly Finding[];
  answer(context, findings, () =>
    findings.length === 0 ? `No checkpoint in ${models}.` : findings.map(block).join('\n'),
  );
  return findings.length > 0 && findings.every(({ supported }) => supported) ? EXIT.done : EXIT.failed;
}
