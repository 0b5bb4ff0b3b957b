import { basename } from 'node:path';
import type { Command } from 'commander';
import { AblateError } from '@ablate/errors';
import { answer, type Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readText } from '../read-text.js';
import { importView } from '../views/import-view.js';
import { collect } from './options.js';

type Run = (action: (context: Context) => Promise<ExitCode>) => Promise<void>;
type Examples = (...lines: string[]) => string;

interface ImportOptions {
  readonly map: readonly string[];
  readonly exclude: readonly string[];
  readonly project?: string;
  readonly name?: string;
  readonly replicates: boolean;
}

/** `from=to`; a column's own name may hold an equals sign, a role does not. */
function mapping(text: string): readonly [string, string] {
  const at = text.lastIndexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new AblateError('BAD_MAP', `--map ${text} says not what the column is.`, {
    path: '--map',
    value: text,
    rule: 'column=axis, or column=metric, score, seed, note or ignore',
    fix: `Write --map ${text}=AXIS.`,
  });
}

async function importTable(context: Context, path: string, options: ImportOptions): Promise<ExitCode> {
  const { map, exclude, project, name, replicates } = options;
  const text = await readText(path, 'a readable CSV file, or - for standard input');
  const report = await context.client.import({
    body: {
      file: path === '-' ? 'standard input' : basename(path),
      text,
      map: Object.fromEntries(map.map(mapping)),
      exclude: [...exclude],
      replicates,
      ...(project === undefined ? {} : { project }),
      ...(name === undefined ? {} : { name }),
    },
  });
  answer(context, report, () => importView(report));
  return EXIT.done;
}

export function addImport(program: Command, run: Run, examples: Examples): void {
  program
    .command('import <file>')
    .description('take a published table (CSV) in as an experiment; nothing is trained')
    .option(
      '--map <from=to>',
      'what a column is: an axis, metric, score, seed, note or ignore; again for more',
      collect,
      [],
    )
    .option('--exclude <what>', 'rows of a benchmark, or axis=level; again for more', collect, [])
    .option('--replicates', 'take repeated figures of a cell as seeds', false)
    .option('--project <name>', 'that it belongs to (default: published)')
    .option('--name <name>', "of the experiment (default: the file's)")
    .addHelpText(
      'after',
      examples(
        'import examples/published/tinyllava.csv',
        'import results.csv --map vision_tower_size=resolution --map ocr=score --project papers',
        'import reruns.csv --replicates --exclude Overall --json',
      ),
    )
    .action((file: string, options: ImportOptions) => run((context) => importTable(context, file, options)));
}
