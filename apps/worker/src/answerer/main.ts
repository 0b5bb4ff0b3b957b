import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answerQuestion } from '@ablate/benchmarks';
import type { TrainerEvent } from '@ablate/catalogue';
import { formatTrainerLine } from '@ablate/contracts';
import { toErrorShape } from '@ablate/errors';
import { createExecutor, type BackendName } from '@ablate/tensor';
import { producedFile, writeTextAtomically } from '@ablate/training';
import { openPipe, watchDeadline } from '../trainer/deadline.js';
import type { AnswerJob } from './job.js';

/** Answers the question of the job file (the only argument): `answer.txt` and `done`, or an error, by the trainer's protocol. */

const emit = (event: TrainerEvent): void => void process.stdout.write(`${formatTrainerLine(event)}\n`);

// Ctrl-C reaches the whole foreground group; the supervisor says when to stop.
process.on('SIGINT', () => undefined);
watchDeadline(openPipe(3), () => process.exit(1));

try {
  const job = JSON.parse(await readFile(process.argv[2]!, 'utf8')) as AnswerJob;
  const executor = await createExecutor(job.backend as BackendName | 'auto', { threads: job.threads });
  const answer = await answerQuestion(job, executor);
  await executor.dispose();
  const file = join(job.outputDir, 'answer.txt');
  await writeTextAtomically(file, answer);
  emit({ type: 'done', files: [await producedFile('answer.txt', file)] });
} catch (error) {
  const shape = toErrorShape(error);
  if (shape.code === 'INTERNAL') console.error(error);
  emit({ type: 'error', error: shape });
  process.exitCode = 1;
}
// The deadline pipe would keep the process; standard output is drained first.
process.stdout.write('', () => process.exit());
