import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { MOST_IMAGE_BYTES } from '@ablate/contracts';
import { AblateError } from '@ablate/errors';
import { answer, type Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';

type Run = (action: (context: Context) => Promise<ExitCode>) => Promise<void>;
type Examples = (...lines: string[]) => string;

interface PredictOptions {
  readonly image: string;
  readonly question: string;
  readonly maxTokens: number;
}

const LOOK_MS = 300;

async function readImage(path: string): Promise<Buffer> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new AblateError(
      'FILE_NOT_READABLE',
      `'${path}' cannot be read: ${(cause as Error).message}`,
      { path, value: path, rule: 'a readable picture', fix: 'Correct the path after --image.' },
      { cause },
    );
  });
  if (bytes.length <= MOST_IMAGE_BYTES) return bytes;
  throw new AblateError('IMAGE_TOO_LARGE', `'${path}' has ${bytes.length} bytes.`, {
    path,
    value: bytes.length,
    rule: `At most ${MOST_IMAGE_BYTES / 2 ** 20} MiB.`,
    fix: 'Make it smaller; models here see a few hundred pixels a side.',
  });
}

/** Asks a finished run about a picture and waits for the worker's answer. */
async function predict(
  context: Context,
  id: string,
  { image, question, maxTokens }: PredictOptions,
): Promise<ExitCode> {
  const { client, err, json } = context;
  const bytes = await readImage(image);
  let asked = await client.ask({
    params: { id },
    body: { question, image: bytes.toString('base64'), maxNewTokens: maxTokens },
  });
  let said: string | null = null;
  while (asked.state === 'waiting' || asked.state === 'running') {
    if (!json && asked.because !== null && asked.because !== said) err.write(`${asked.because}\n`);
    said = asked.because ?? said;
    await sleep(LOOK_MS);
    asked = await client.question({ params: { id: asked.id } });
  }
  if (asked.error !== null) throw AblateError.from(asked.error);
  answer(context, asked, () => asked.answer ?? '');
  return EXIT.done;
}

export function addPredict(
  program: Command,
  run: Run,
  examples: Examples,
  whole: (text: string) => number,
): void {
  program
    .command('predict <run>')
    .description('ask a finished run about a picture; a worker answers, greedily')
    .requiredOption('--image <file>', 'PNG, JPEG or WebP of at most 4 MiB')
    .requiredOption('--question <text>', 'about the picture')
    .option('--max-tokens <n>', 'longest answer', whole, 64)
    .addHelpText(
      'after',
      examples('predict what-matters-1a2b3c-1 --image cat.png --question "What is in the picture?"'),
    )
    .action((id: string, options: PredictOptions) => run((context) => predict(context, id, options)));
}
