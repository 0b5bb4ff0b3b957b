import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Prediction, TrainerEvent, TrainerJob } from '@ablate/catalogue';
import { isJudged, readBenchmark, type Question } from '@ablate/datasets';
import type { Executor } from '@ablate/tensor';
import { producedFile, writeTextAtomically } from '@ablate/training';
import { ProgramCache } from '@ablate/vlm';
import { ask, promptOf } from './ask.js';
import { batchesByLength } from './batches.js';
import { exchangedImages } from './blind.js';
import { folderOf, loadModel } from './load-model.js';
import { metricsOf } from './metrics.js';
import { grade } from './judge/grade.js';
import { judgeOff, type JudgeSettings } from './judge/judge.js';
import { pictureFolder } from './pictures.js';
import { score, type Scored } from './rules.js';

export interface EvaluateDeps {
  readonly executor: Executor;
  readonly signal: AbortSignal;
  /** Absent or null = no judge: a benchmark that needs one is refused. */
  readonly judge?: JudgeSettings | null;
}

const CONTROLS = ['none', 'blind'] as const;
type Control = (typeof CONTROLS)[number];

/**
 * Answers a benchmark with the model that the job's parents left, and again blind (the same model and questions, images exchanged).
 * Yields progress and telemetry by batch, then the metrics at step 0 and `done` with `predictions.jsonl`. A function of weights,
 * benchmark and config. When `signal` aborts, the current batch ends and the generator returns without `done`; nothing is kept.
 * Throws `BAD_BENCHMARK`, `BAD_IMAGE`, `JUDGE_OFF`, `JUDGE_FAILED`, `NO_TRAINED_PARENT`, `UNKNOWN_FOLDER` and the errors of loading a model.
 */
export async function* evaluate(
  job: TrainerJob,
  { executor, signal, judge = null }: EvaluateDeps,
): AsyncGenerator<TrainerEvent> {
  const { config, outputDir } = job;
  if (config.kind !== 'evaluate') throw new Error(`evaluate: stage "${config.stage}" is no evaluation.`);
  const folder = folderOf(job, 'benchmarks', config.benchmark.id);
  const benchmark = await readBenchmark(folder);
  const { questions } = benchmark;
  const judged = isJudged(benchmark.kind);
  if (judged && (judge === null || config.judge === undefined)) throw judgeOff(benchmark.id);
  for (const message of benchmark.notes) yield { type: 'log', level: 'info', message };
  const pictures = await pictureFolder(benchmark, outputDir);
  const owners = new Map(questions.map(({ image, questionId }) => [image, questionId]));
  const images = [...owners].map(([file, owner]) => ({ file, owner }));
  const exchanged = exchangedImages([...owners.keys()], config.blindSeed);
  const shown: Readonly<Record<Control, (question: Question) => string>> = {
    none: ({ image }) => image,
    blind: ({ image }) => exchanged.get(image)!,
  };
  const answers: Readonly<Record<Control, string[]>> = { none: [], blind: [] };

  const programs = new ProgramCache(executor);
  try {
    const model = await loadModel(job, programs, { folder: pictures, images });
    const prompts = questions.map(({ question }) => promptOf(model, question));
    const indexOf = new Map(images.map(({ file }, i) => [file, i]));
    const { batchSize } = config.decoding;
    const batches = batchesByLength(
      prompts.map(({ length }) => length),
      batchSize,
    );
    const totalSteps = CONTROLS.length * batches.length;
    let step = 0;
    for (const batch of batches) {
      for (const control of CONTROLS) {
        if (signal.aborted) return;
        const began = performance.now();
        const asked = {
          prompts: batch.map((q) => prompts[q]!),
          images: batch.map((q) => indexOf.get(shown[control](questions[q]!))!),
        };
        const texts = await ask(model, programs, asked, config.decoding);
        batch.forEach((q, i) => (answers[control][q] = texts[i]!));
        step += 1;
        const seconds = (performance.now() - began) / 1000;
        yield {
          type: 'telemetry',
          step,
          values: {
            step_seconds: seconds,
            questions_per_second: batch.length / seconds,
            rss_bytes: process.memoryUsage.rss(),
          },
        };
        yield { type: 'progress', step, totalSteps };
      }
    }
  } finally {
    await programs.dispose();
  }

  const scoresOf = async (given: readonly string[]): Promise<Scored> =>
    judged ? grade(benchmark, given, config.judge!, judge) : score(benchmark, given);
  const scored = { none: await scoresOf(answers.none), blind: await scoresOf(answers.blind) };
  yield { type: 'metrics', points: metricsOf(benchmark, scored.none, scored.blind) };
  const predictions = CONTROLS.flatMap((control) =>
    questions.map((question, q): Prediction => ({
      questionId: question.questionId,
      control,
      question: question.question,
      image: shown[control](question),
      answer: answers[control][q]!,
      target: question.target,
      score: scored[control].scores[q]!,
      category: question.category,
    })),
  );
  await mkdir(outputDir, { recursive: true });
  const file = join(outputDir, 'predictions.jsonl');
  await writeTextAtomically(file, predictions.map((line) => `${JSON.stringify(line)}\n`).join(''));
  yield { type: 'done', files: [await producedFile('predictions.jsonl', file)] };
}
