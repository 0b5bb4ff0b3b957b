import type { Command } from 'commander';
import { answer, type Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readGridFile } from '../grid-file.js';
import { extensionView } from '../views/extension-view.js';
import { outcomeOf, watchExperiment } from '../watch-experiment.js';

type Run = (action: (context: Context) => Promise<ExitCode>) => Promise<void>;
type Examples = (...lines: string[]) => string;

interface ExtendOptions {
  readonly plan: boolean;
  readonly wait: boolean;
}

async function extend(
  context: Context,
  id: string,
  file: string,
  { plan, wait }: ExtendOptions,
): Promise<ExitCode> {
  const { client, err, json } = context;
  const spec = await readGridFile(file);
  const view = await client.planExtension({ params: { id }, body: { spec } });
  if (plan) {
    answer(context, view, () => extensionView(view));
    return EXIT.done;
  }
  if (!json) err.write(`${extensionView(view)}\n`);
  const detail = await client.extend({ params: { id }, body: { spec } });
  if (!wait) {
    answer(context, detail, () => `${detail.id}\nFollow it with: ablate watch ${detail.id}`);
    return EXIT.done;
  }
  const last = await watchExperiment(context, client, detail.id);
  answer(context, last, () => last.id);
  return outcomeOf(last);
}

export function addExtend(program: Command, run: Run, examples: Examples): void {
  program
    .command('extend <experiment> <file>')
    .description('add the cells, seeds and benchmarks of another grid; what is there stays')
    .option('--plan', 'say what it would add and cost; nothing changes', false)
    .option('--wait', 'show progress and end when it ends', false)
    .addHelpText(
      'after',
      examples(
        'extend what-matters-1a2b3c larger.yaml --plan',
        'extend what-matters-1a2b3c larger.yaml --wait',
      ),
    )
    .action((id: string, file: string, options: ExtendOptions) =>
      run((context) => extend(context, id, file, options)),
    );
}
