import { Option, type Command } from 'commander';
import { answer, type Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { jointOption, modelOption } from './options.js';

type Run = (action: (context: Context) => Promise<ExitCode>) => Promise<void>;
type Examples = (...lines: string[]) => string;

interface ExportOptions {
  readonly format: 'csv' | 'json' | 'markdown' | 'latex';
  readonly effects: boolean;
  readonly metric?: string;
  readonly model: 'main' | 'two_way';
  readonly joint?: readonly string[];
  readonly rows?: string;
  readonly columns?: string;
}

async function exportTable(context: Context, id: string, options: ExportOptions): Promise<ExitCode> {
  const { effects, joint, ...query } = options;
  const pivot = query.rows !== undefined || query.columns !== undefined;
  const found = await context.client.export({
    params: { id },
    query: {
      ...query,
      what: effects ? 'effects' : pivot ? 'pivot' : 'comparison',
      ...(joint === undefined ? {} : { joint: joint.join(';') }),
    },
  });
  answer(context, found, () => found.text);
  return EXIT.done;
}

export function addExport(program: Command, run: Run, examples: Examples): void {
  program
    .command('export <experiment>')
    .description('the comparison, the effects or a pivot as a table for a paper or a program')
    .addOption(
      new Option('--format <format>', 'of the table')
        .choices(['csv', 'json', 'markdown', 'latex'])
        .default('markdown'),
    )
    .addOption(
      new Option('--effects', 'what each level changes, instead of the cells')
        .default(false)
        .conflicts(['rows', 'columns']),
    )
    .option('--rows <axis>', 'of a pivot, instead of the cells')
    .option('--columns <axis>', 'of a pivot')
    .option('--metric <name>', 'of effects or a pivot (the first benchmark unless given)')
    .addOption(modelOption('of effects: with interactions or without'))
    .addOption(jointOption())
    .addHelpText(
      'after',
      examples(
        'export what-matters-1a2b3c --format latex > table.tex',
        'export what-matters-1a2b3c --effects --metric emoji-pope --format csv',
        'export what-matters-1a2b3c --rows encoder --columns connector --format latex',
      ),
    )
    .action((id: string, options: ExportOptions) => run((context) => exportTable(context, id, options)));
}
