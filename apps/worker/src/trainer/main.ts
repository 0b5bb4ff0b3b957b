import { readFile } from 'node:fs/promises';
import type { TrainerEvent, TrainerJob } from '@ablate/catalogue';
import { formatTrainerLine } from '@ablate/contracts';
import { toErrorShape } from '@ablate/errors';
import { evaluate } from '@ablate/benchmarks';
import { readSettings } from '@ablate/runtime';
import { createExecutor, type BackendName } from '@ablate/tensor';
import { train } from '@ablate/training';
import { openPipe, watchDeadline } from './deadline.js';

/** Exit code of a trainer that was asked to stop and left a checkpoint. */
const RELEASED = 75;

const emit = (event: TrainerEvent): void => void process.stdout.write(`${formatTrainerLine(event)}\n`);

function run(
  job: TrainerJob,
  deps: { executor: Awaited<ReturnType<typeof createExecutor>>; signal: AbortSignal },
): AsyncGenerator<TrainerEvent> {
  const { config } = job;
  if (config.kind === 'evaluate') return evaluate(job, { ...deps, judge: readSettings().judge });
  return train(config, {
    ...deps,
    encoderDir: job.backbones[config.encoder.id]!,
    llmDir: job.backbones[config.llm.id]!,
    dataDir: job.data[config.data.recipe]!,
    outputDir: job.outputDir,
    parents: job.parents,
    resumeFrom: job.resumeFrom,
  });
}

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
// Ctrl-C reaches the whole foreground group; the supervisor says when to stop.
process.on('SIGINT', () => undefined);
watchDeadline(openPipe(3), () => process.exit(RELEASED));

try {
  const job = JSON.parse(await readFile(process.argv[2]!, 'utf8')) as TrainerJob;
  const executor = await createExecutor(job.backend as BackendName | 'auto', { threads: job.threads });
  let done = false;
  for await (const event of run(job, { executor, signal: stop.signal })) {
    emit(event);
    done ||= event.type === 'done';
  }
  await executor.dispose();
  process.exitCode = done ? 0 : RELEASED;
} catch (error) {
  const shape = toErrorShape(error);
  if (shape.code === 'INTERNAL') console.error(error);
  emit({ type: 'error', error: shape });
  process.exitCode = 1;
}
// The deadline pipe would keep the process; standard output is drained first.
process.stdout.write('', () => process.exit());
