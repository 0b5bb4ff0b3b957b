import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainerEvent, TrainStageConfig } from '@ablate/catalogue';
import { loadRecords } from '@ablate/datasets';
import { AblateError } from '@ablate/errors';
import { sizeOf, writeSafetensors, type Executor, type TensorData } from '@ablate/tensor';
import {
  causalMask,
  collate,
  imageTokens,
  loadImageProcessor,
  loadTokenizer,
  ProgramCache,
  rotaryTables,
  trainingGraph,
  type Batch,
} from '@ablate/vlm';
import { microBatches, prepareData, sequencesOf, updatesPerEpoch } from './batches.js';
import { writeTextAtomically } from './checkpoint.js';
import { dropoutMasks } from './dropout.js';
import { frozenFeatures, imageSource, readPixels } from './features.js';
import { optimise, type MicroBatch } from './loop.js';
import { producedFile } from './produced-file.js';
import { prepareStage, type StageFolders } from './stage-model.js';

const MISMATCHED = {
  drop: 'it is trained on nothing',
  keep: 'it is trained on up to there',
  refuse: 'it is refused',
} as const;

/** Lengths are rounded up to multiples, so that few shapes are compiled; padding changes no result. */
const LENGTH_BUCKET = 16;

export interface TrainDeps extends StageFolders {
  readonly executor: Executor;
  readonly signal: AbortSignal;
  readonly dataDir: string;
  readonly outputDir: string;
  readonly resumeFrom: string | null;
}

const int32 = (data: Int32Array, shape: readonly number[] = [data.length]): TensorData => ({
  dtype: 'int32',
  shape,
  data,
});
const padded = (values: Int32Array, length: number, fill: number): Int32Array => {
  const result = new Int32Array(length).fill(fill);
  result.set(values);
  return result;
};

/**
 * Trains one stage: a function of its config, weights and data. Yields progress, metrics, telemetry, checkpoints and at the end
 * `done` with `model.safetensors` (everything that differs from the backbones) and `config.json`. When `signal` aborts, the current
 * update ends, a checkpoint is written and the generator returns without `done`. Resuming from a checkpoint gives the same bits.
 */
export async function* train(config: TrainStageConfig, deps: TrainDeps): AsyncGenerator<TrainerEvent> {
  const { executor, signal, outputDir } = deps;
  const { structure, parameters, trained, decayed, kept } = await prepareStage(config, deps);
  const tokenizer = await loadTokenizer(deps.llmDir);
  const processor = await loadImageProcessor(deps.encoderDir);
  const all = await loadRecords(deps.dataDir, config.data.part);
  const chosen = config.data.maxSamples === null ? all : all.slice(0, config.data.maxSamples);
  const prepared = prepareData(chosen, config, tokenizer);
  const { images, mismatched } = prepared;
  const { lengths, samples } = sequencesOf(chosen, prepared.samples, config, imageTokens(structure));
  if (chosen.length === 0) {
    throw new AblateError('NO_DATA', `${deps.dataDir}: part "${config.data.part}" has no records.`, {
      path: deps.dataDir,
      rule: 'At least one record.',
      fix: 'Name another part.',
    });
  }
  for (const id of mismatched) {
    yield {
      type: 'log',
      level: 'warn',
      message: `sample "${id}": the label mask does not meet its tokens; ${MISMATCHED[config.data.mismatched ?? 'drop']}`,
    };
  }
  if (mismatched.length > 0)
    yield {
      type: 'log',
      level: 'warn',
      message: `${mismatched.length} of ${chosen.length} samples have a tokenization mismatch (data.mismatched says what is done with them)`,
    };

  const programs = new ProgramCache(executor);
  const weights = Object.fromEntries(parameters);
  const gradients = new Map(
    trained.map((name) => [name, new Float32Array(sizeOf(parameters.get(name)!.shape))]),
  );
  const into = Object.fromEntries(
    [...gradients].map(([name, data]) => [
      `grad.${name}`,
      { dtype: 'float32' as const, shape: parameters.get(name)!.shape, data },
    ]),
  );
  const trainsEncoder = config.tune.encoder.mode !== 'frozen';
  const source = imageSource(join(deps.dataDir, 'images'), images, processor, config);
  const pixels = (indices: readonly number[]): Promise<TensorData> => readPixels(source, indices);
  const visual = trainsEncoder ? pixels : await frozenFeatures(programs, structure, weights, source);
  const indicesOf = microBatches(lengths, config);
  const masks = dropoutMasks(config.seed, structure.lora);
  const recompute = config.gradientCheckpointing === true;

  const objective = async (step: number, micro: number): Promise<MicroBatch> => {
    const own = indicesOf(step, micro).map((index) => samples[index]!);
    if (own.length === 0) return { loss: 0, targets: 0, tokens: 0, gradients: new Map() };
    const batch: Batch = collate(own, {
      vocabulary: structure.llm.vocab_size,
      imageTokens: imageTokens(structure),
      maxLength: config.maxLength,
      lengthBucket: LENGTH_BUCKET,
      maskedId: tokenizer.maskedId,
    });
    const { batch: size, length, targets, labels } = batch;
    if (targets.length === 0) return { loss: 0, targets: 0, tokens: size * length, gradients: new Map() };
    const bucket = Math.ceil(targets.length / ((size * length) / 4)) * ((size * length) / 4);
    const shape = { batch: size, length, images: batch.images.length, targets: bucket };
    const program = await programs.get(Object.values(shape).join('x'), () =>
      trainingGraph(structure, shape, trained, { recompute }),
    );
    const results = await program.run(
      {
        ...weights,
        ...rotaryTables(structure.llm, length),
        ...(batch.images.length > 0
          ? { [trainsEncoder ? 'pixels' : 'features']: await visual(batch.images) }
          : {}),
        ...masks(step, micro, program.inputs),
        mask: causalMask(length),
        rows: int32(batch.rows, [size, length]),
        targets: int32(padded(targets, bucket, 0)),
        labels: int32(padded(labels, bucket, -100)),
        loss_scale: { dtype: 'float32', shape: [], data: Float32Array.of(1 / targets.length) },
      },
      into,
    );
    const used = [...gradients].filter(([name]) => results[`grad.${name}`]);
    return {
      loss: results['loss']!.data[0]!,
      targets: targets.length,
      tokens: size * length,
      gradients: new Map(used),
    };
  };

  const complete = yield* optimise({
    parameters: new Map(trained.map((name) => [name, parameters.get(name)!])),
    objective,
    totalSteps: config.maxSteps ?? updatesPerEpoch(samples.length, config.batchSize) * config.epochs,
    accumulation: config.accumulation,
    lossReduction: config.lossReduction,
    optimiser: config.optimiser,
    isDecayed: (name) => decayed.has(name),
    schedule: config.schedule,
    checkpointEvery: config.checkpointEvery,
    checkpointDir: join(outputDir, 'checkpoints'),
    resumeFrom: deps.resumeFrom,
    signal,
  });
  await programs.dispose();
  if (!complete) return;

  await mkdir(outputDir, { recursive: true });
  const model = join(outputDir, 'model.safetensors');
  const description = join(outputDir, 'config.json');
  await writeSafetensors(model, Object.fromEntries(kept.map((name) => [name, parameters.get(name)!])));
  await writeTextAtomically(description, `${JSON.stringify(config, null, 2)}\n`);
  yield {
    type: 'done',
    files: [await producedFile('model.safetensors', model), await producedFile('config.json', description)],
  };
}
