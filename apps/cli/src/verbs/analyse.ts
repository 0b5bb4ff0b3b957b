import type { Command } from 'commander';
import { Option } from 'commander';
import { AblateError } from '@ablate/errors';
import { answer, type Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { compositeView } from '../views/composite-view.js';
import { comparisonView } from '../views/comparison-view.js';
import { effectsView } from '../views/effects-view.js';
import { pivotView } from '../views/pivot-view.js';
import { questionsView } from '../views/questions-view.js';
import { jointOption, modelOption } from './options.js';

/** The verbs that say what the scores mean. All numbers come from the server's `analysis`. */

type Run = (action: (context: Context) => Promise<ExitCode>) => Promise<void>;
type Examples = (...lines: string[]) => string;

interface EffectsOptions {
  readonly metric?: string;
  readonly model: 'main' | 'two_way';
  readonly joint?: readonly string[];
}

async function effects(
  context: Context,
  id: string,
  { metric, model, joint }: EffectsOptions,
): Promise<ExitCode> {
  const query = {
    model,
    ...(metric === undefined ? {} : { metric }),
    ...(joint === undefined ? {} : { joint: joint.join(';') }),
  };
  const found = await context.client.effects({ params: { id }, query });
  answer(context, found, () => effectsView(found));
  return EXIT.done;
}

interface CompareOptions {
  readonly rows?: string;
  readonly columns?: string;
  readonly metric?: string;
  readonly benchmark?: string;
  readonly composite: boolean;
}

const missing = (option: string, rule: string): AblateError =>
  new AblateError('USAGE', `${option} is missing.`, {
    path: option,
    value: null,
    rule,
    fix: `Add ${option}; \`ablate compare --help\` has examples.`,
  });

async function compare(
  context: Context,
  id: string,
  other: string | undefined,
  { rows, columns, metric, benchmark, composite }: CompareOptions,
): Promise<ExitCode> {
  if (other !== undefined) {
    if (benchmark === undefined) throw missing('--benchmark', 'two runs are compared within one benchmark');
    const found = await context.client.questions({ params: { id }, query: { with: other, benchmark } });
    answer(context, found, () => questionsView(found));
    return EXIT.done;
  }
  if (rows !== undefined || columns !== undefined) {
    if (rows === undefined || columns === undefined)
      throw missing(rows === undefined ? '--rows' : '--columns', 'a pivot has rows and columns');
    const query = { rows, columns, ...(metric === undefined ? {} : { metric }) };
    const found = await context.client.pivot({ params: { id }, query });
    answer(context, found, () => pivotView(found));
    return EXIT.done;
  }
  const found = await context.client.compare({ params: { id } });
  answer(context, found, () => (composite ? compositeView(found) : comparisonView(found)));
  return EXIT.done;
}

export function addAnalysis(program: Command, run: Run, examples: Examples): void {
  program
    .command('compare <experiment> [run]')
    .description('cells by benchmark; a pivot of two axes; or two runs, question by question')
    .option('--rows <axis>', 'of a pivot')
    .option('--columns <axis>', 'of a pivot')
    .option('--metric <name>', 'of a pivot (the first benchmark unless given)')
    .option('--benchmark <id>', 'that two runs are compared within')
    .addOption(
      new Option(
        '--composite',
        'cells in order of one figure over all benchmarks: mean z-score and mean rank',
      )
        .default(false)
        .conflicts(['rows', 'columns', 'benchmark']),
    )
    .addHelpText(
      'after',
      examples(
        'compare what-matters-1a2b3c',
        'compare what-matters-1a2b3c --composite',
        'compare what-matters-1a2b3c --rows encoder --columns connector',
        'compare what-matters-1a2b3c-1 what-matters-1a2b3c-5 --benchmark emoji-vqa',
      ),
    )
    .action((id: string, other: string | undefined, options: CompareOptions) =>
      run((context) => compare(context, id, other, options)),
    );
  program
    .command('effects <experiment>')
    .description('which choice matters: what each axis does, with intervals, and what cannot be told')
    .option('--metric <name>', 'the first benchmark unless given')
    .addOption(modelOption('with interactions or without'))
    .addOption(jointOption())
    .addHelpText(
      'after',
      examples(
        'effects what-matters-1a2b3c',
        'effects what-matters-1a2b3c --metric emoji-pope --model two_way',
        'effects tinyllava --joint data,strategy --json',
      ),
    )
    .action((id: string, options: EffectsOptions) => run((context) => effects(context, id, options)));
}
