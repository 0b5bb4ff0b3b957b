import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { AblateError, toErrorShape } from '@ablate/errors';
import { createContext, type CommonOptions, type Context, type Terminal } from './context.js';
import { EXIT, exitCodeOf, type ExitCode } from './exit-code.js';
import { addAnalysis } from './verbs/analyse.js';
import * as change from './verbs/change.js';
import { checkData, type CheckDataOptions } from './verbs/check-data.js';
import { exportModel, type ExportModelOptions } from './verbs/export-model.js';
import { doctor } from './verbs/doctor.js';
import { addExtend } from './verbs/extend.js';
import { addImport } from './verbs/import-table.js';
import * as local from './verbs/local.js';
import { LATER, notInThisBuild } from './verbs/not-in-this-build.js';
import { addPredict } from './verbs/predict.js';
import * as read from './verbs/read.js';
import { addReport } from './verbs/report.js';
import { addExport } from './verbs/export-table.js';

const whole = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return value;
};

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
};

const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];

const examples = (...lines: readonly string[]): string =>
  `\nExample${lines.length > 1 ? 's' : ''}:\n${lines.map((line) => `  $ ablate ${line}`).join('\n')}\n`;

type Run = (action: (context: Context) => Promise<ExitCode>) => Promise<void>;

function addReading(program: Command, run: Run): void {
  program
    .command('plan <file>')
    .description('what a grid would run, cost, share and be able to tell; nothing starts')
    .option('--difference <d>', 'smallest difference worth finding: proposes a cheaper design', positive)
    .addHelpText(
      'after',
      examples(
        'plan examples/demo.yaml',
        'plan examples/demo.yaml --difference 0.03',
        'plan examples/demo.yaml --json | jq .counts',
      ),
    )
    .action((file: string, { difference }: { difference?: number }) =>
      run((context) => read.plan(context, file, difference)),
    );
  program
    .command('status [experiment]')
    .description('experiments, or one with a bar per stage and what failed')
    .option('--tag <tag>', 'only experiments with it; again for more', collect, [])
    .addHelpText('after', examples('status', 'status what-matters-1a2b3c', 'status --tag paper'))
    .action((id: string | undefined, { tag }: { tag: readonly string[] }) =>
      run((context) => read.status(context, id, tag)),
    );
  program
    .command('runs <experiment>')
    .description('its runs: one cell with one seed each, with scores')
    .addHelpText('after', examples('runs what-matters-1a2b3c', 'runs what-matters-1a2b3c --json'))
    .action((id: string) => run((context) => read.runs(context, id)));
  program
    .command('logs <run>')
    .description('log lines of all stages of a run')
    .option('--limit <n>', 'the last n lines', whole, 2000)
    .addHelpText('after', examples('logs what-matters-1a2b3c-1 --limit 50'))
    .action((id: string, { limit }: { limit: number }) => run((context) => read.logs(context, id, limit)));
  program
    .command('export-model <run>')
    .description('a run’s trained model as a new folder with a model card')
    .addOption(
      new Option('--format <format>', 'layout of the folder')
        .choices(['huggingface', 'tinyllava'])
        .default('huggingface'),
    )
    .addOption(
      new Option('--lora <how>', 'adapters of the last training: part of the weights, or files of their own')
        .choices(['merged', 'adapter'])
        .default('merged'),
    )
    .requiredOption('--to <folder>', 'the folder to make; it must not be there')
    .addHelpText('after', examples('export-model what-matters-1a2b3c-1 --format tinyllava --to my-model'))
    .action((id: string, options: ExportModelOptions) => run((context) => exportModel(context, id, options)));
  program
    .command('explain <stage>')
    .description('why a stage was reused, or which field made it new')
    .addHelpText('after', examples('explain 3f2a9c04d1e7', 'explain 3f2a9c04d1e7 --json'))
    .action((id: string) => run((context) => read.explain(context, id)));
  program
    .command('doctor')
    .description('what is here and what is wrong with it; works without a server')
    .option('--models <folder>', 'check the backbones of this folder')
    .addHelpText('after', examples('doctor', 'doctor --models ~/models'))
    .action(({ models }: { models?: string }) => run((context) => doctor(context, models)));
}

function addData(program: Command, run: Run): void {
  program
    .command('data')
    .description('datasets')
    .command('check <path>')
    .description('read a whole dataset and name every bad record; works without a server')
    .option('--images <folder>', 'that image paths start from (default: images/ beside the records)')
    .option('--max-length <n>', 'longest sample in tokens', whole, 2048)
    .option('--tokenizer <folder>', 'count tokens with this LLM, and find samples whose label mask fails')
    .option('--template <name>', 'conversation template to count with', 'llama')
    .option('--image-tokens <n>', 'tokens that an image takes', whole, 576)
    .option('--manifest <file>', 'write digests of all record files and images there')
    .addHelpText(
      'after',
      examples(
        'data check ~/data/llava_v1_5_mix665k.json --images ~/data',
        'data check .ablate/data/emoji-base --json',
      ),
    )
    .action((path: string, options: CheckDataOptions) => run((context) => checkData(context, path, options)));
}

function addChanging(program: Command, run: Run): void {
  program
    .command('submit <file>')
    .description('start a grid; what was trained before is not trained again')
    .option('--wait', 'show progress and end when it ends', false)
    .option('--tag <tag>', 'a word to find it by; again for more', collect, [])
    .addHelpText(
      'after',
      examples(
        'submit examples/demo.yaml',
        'submit examples/demo.yaml --wait --tag paper',
        'submit - < grid.yaml',
      ),
    )
    .action((file: string, options: { wait: boolean; tag: readonly string[] }) =>
      run((context) => change.submit(context, file, options)),
    );
  program
    .command('tag <experiment> <tags...>')
    .description('put tags on an experiment; they change nothing of what is trained')
    .option('--remove', 'take them off', false)
    .addHelpText(
      'after',
      examples('tag what-matters-1a2b3c paper baseline', 'tag what-matters-1a2b3c baseline --remove'),
    )
    .action((id: string, tags: readonly string[], { remove }: { remove: boolean }) =>
      run((context) => change.tag(context, id, tags, remove)),
    );
  program
    .command('watch <experiment>')
    .description('live progress until it ends (--json: a line per change)')
    .addHelpText('after', examples('watch what-matters-1a2b3c'))
    .action((id: string) => run((context) => change.watch(context, id)));
  for (const [verb, description] of [
    ['pause', 'start no more of its stages; those that run finish'],
    ['resume', 'go on with a paused experiment'],
    ['cancel', 'stop what no other experiment needs'],
    ['retry', 'offer failed and cancelled stages again'],
  ] as const)
    program
      .command(`${verb} <experiment>`)
      .description(description)
      .addHelpText('after', examples(`${verb} what-matters-1a2b3c`))
      .action((id: string) => run((context) => change.change(context, verb, id)));
}

function addLocal(program: Command, run: Run): void {
  program
    .command('up')
    .description('start everything on this machine: database, control plane, one worker')
    .addHelpText('after', examples('up', 'up --port 4700 --home /data/ablate'))
    .action(() => run(local.up));
  program
    .command('worker')
    .description('one more worker for a running `ablate up`, or for the server of DATABASE_URL')
    .addHelpText('after', examples('worker', 'worker --home /data/ablate'))
    .action(() => run(local.worker));
  program
    .command('demo')
    .description('start everything, run a real grid to its answer, stop everything')
    .option('--keep', 'leave it running afterwards', false)
    .option('--grid <file>', 'another grid than examples/demo.yaml')
    .addHelpText('after', examples('demo', 'demo --keep'))
    .action((options: { keep: boolean; grid?: string }) => run((context) => local.demo(context, options)));
  for (const verb of LATER)
    program
      .command(verb, { hidden: true })
      .argument('[args...]')
      .allowUnknownOption()
      .action(() => {
        throw notInThisBuild(verb);
      });
}

function createProgram(out: Terminal, run: Run): Command {
  const program = new Command('ablate')
    .description('Design-space ablations of small vision-language models, with honest statistics.')
    .option('--url <address>', 'of the server (ABLATE_URL; default http://127.0.0.1:4600)')
    .option('--port <number>', 'of the embedded server (ABLATE_PORT; default 4600)')
    .option('--home <folder>', 'of data and database (ABLATE_HOME; default .ablate/ of the clone)')
    .option('--json', 'answers and errors as JSON on standard output')
    .version('0.1.0')
    .showHelpAfterError(false)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: () => undefined })
    .addHelpText(
      'after',
      `\nExit codes: 0 done, 1 failed work, 2 bad input, 3 cannot reach the server.${examples('demo', 'up', 'submit examples/demo.yaml --wait')}`,
    );
  addReading(program, run);
  addAnalysis(program, run, examples);
  addExport(program, run, examples);
  addReport(program, run, examples);
  addData(program, run);
  addChanging(program, run);
  addExtend(program, run, examples);
  addPredict(program, run, examples, whole);
  addImport(program, run, examples);
  addLocal(program, run);
  return program;
}

/** What commander finds wrong with a command line, in our shape. */
function usageError(error: CommanderError): AblateError {
  const message = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  return new AblateError(
    'BAD_COMMAND',
    `${message[0]?.toUpperCase() ?? ''}${message.slice(1)}${message.endsWith('.') ? '' : '.'}`,
    {
      path: /'(-[^'\s]*)/.exec(message)?.[1] ?? null,
      value: /'([^']*)'/.exec(message)?.[1] ?? null,
      rule: 'a verb with its arguments, as `ablate --help` shows',
      fix: 'See `ablate --help`, or `ablate VERB --help`.',
    },
  );
}

function report(thrown: unknown, json: boolean, out: Terminal, err: Terminal): ExitCode {
  const error = toErrorShape(thrown);
  if (json) out.write(`${JSON.stringify({ error }, null, 2)}\n`);
  err.write(`${error.message}\n`);
  if (!json) {
    if (error.rule !== null) err.write(`  rule: ${error.rule}\n`);
    if (error.fix !== null) err.write(`  fix:  ${error.fix}\n`);
    if (error.code !== 'INTERNAL' && exitCodeOf(thrown) === EXIT.failed && typeof error.value === 'string')
      err.write(`${error.value}\n`);
  }
  return exitCodeOf(thrown);
}

/** Runs a command line and returns its exit code; every failure is told once, in the one shape. */
export async function runCommand(argv: readonly string[], out: Terminal, err: Terminal): Promise<ExitCode> {
  let code: ExitCode = EXIT.done;
  const json = argv.includes('--json');
  const program: Command = createProgram(out, async (action) => {
    code = await action(createContext(program.opts<CommonOptions>(), out, err));
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) return report(error, json, out, err);
    if (error.exitCode === 0) return EXIT.done;
    if (error.code === 'commander.help') {
      out.write(program.helpInformation());
      return EXIT.badInput;
    }
    return report(usageError(error), json, out, err);
  }
}
