import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  TRAINER_VERSION,
  type MetricPoint,
  type TrainerEvent,
  type TrainStageConfig,
} from '@ablate/catalogue';
import { createExecutor, openSafetensors } from '@ablate/tensor';
import { tinyConfig, writeTinyStage, type TinyStage } from '../test/tiny-stage.js';
import { train, type TrainDeps } from './train.js';

const executor = await createExecutor('onnx');
let root: string;
let stage: TinyStage;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ablate-train-'));
  stage = await writeTinyStage(root);
});
afterAll(async () => {
  await executor.dispose();
  await rm(root, { recursive: true, force: true });
});

interface Result {
  readonly events: readonly TrainerEvent[];
  readonly points: readonly MetricPoint[];
  readonly checkpoints: readonly string[];
  /** sha256 of model.safetensors; null without `done`. */
  readonly model: string | null;
}

let runs = 0;
async function run(
  config: TrainStageConfig,
  extra: Partial<TrainDeps> = {},
  abortAfter = Infinity,
): Promise<Result> {
  const stop = new AbortController();
  const events: TrainerEvent[] = [];
  const outputDir = join(root, `out-${(runs += 1)}`);
  for await (const event of train(config, {
    ...stage,
    executor,
    signal: stop.signal,
    outputDir,
    parents: [],
    resumeFrom: null,
    ...extra,
  })) {
    events.push(event);
    if (event.type === 'progress' && event.step >= abortAfter) stop.abort();
  }
  const done = events.find((event) => event.type === 'done');
  return {
    events,
    points: events.flatMap((event) => (event.type === 'metrics' ? event.points : [])),
    checkpoints: events.flatMap((event) => (event.type === 'checkpoint' ? [event.path] : [])),
    model: done?.files.find(({ name }) => name === 'model.safetensors')?.sha256 ?? null,
  };
}

const lora: TrainStageConfig = {
  ...tinyConfig,
  tune: { ...tinyConfig.tune, llm: { mode: 'lora', rank: 4, alpha: 8, dropout: 0.1 } },
};
const encoderToo: TrainStageConfig = {
  ...tinyConfig,
  tune: { ...tinyConfig.tune, encoder: { mode: 'full' } },
};

const partly: TrainStageConfig = {
  ...tinyConfig,
  encoder: { ...tinyConfig.encoder, selectLayer: -1 },
  tune: { ...tinyConfig.tune, encoder: { mode: 'partial', fromLayer: 1 } },
};
const loraEverywhere: TrainStageConfig = {
  ...tinyConfig,
  tune: {
    encoder: { mode: 'lora', rank: 2, alpha: 4, dropout: 0.1 },
    connector: { mode: 'lora', rank: 2, alpha: 4, dropout: 0 },
    llm: { mode: 'lora', rank: 2, alpha: 4, dropout: 0.1, targets: ['q_proj', 'v_proj'] },
  },
};

describe('train', () => {
  it('learns, and names its files by their digests', async () => {
    const { points, events, model } = await run({ ...tinyConfig, epochs: 6 });
    const losses = points.filter(({ name }) => name === 'loss').map(({ value }) => value);
    expect(losses.length).toBe(6 * Math.ceil(15 / 6));
    expect(losses.at(-1)!).toBeLessThan(0.7 * losses[0]!);
    const done = events.at(-1)!;
    if (done.type !== 'done') throw new Error('the last event is done');
    const bytes = await readFile(done.files[0]!.path);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(model);
  });

  for (const [name, config] of Object.entries({
    'connector and LLM': tinyConfig,
    LoRA: lora,
    'the encoder too': encoderToo,
    'some layers of the encoder': partly,
    'LoRA in every part': loraEverywhere,
  })) {
    it(`resumes bit by bit: ${name}`, async () => {
      const whole = await run(config);
      const first = await run(config, {}, 3);
      expect(first.model).toBeNull();
      expect(first.checkpoints.at(-1)).toContain('step-0000003');
      const rest = await run(config, { resumeFrom: first.checkpoints.at(-1)! });
      expect(rest.model).toBe(whole.model);
      expect([...first.points, ...rest.points]).toEqual(whole.points);
      // The periodic checkpoint is as good as the one written on request.
      const again = await run(config, {
        resumeFrom: whole.checkpoints.find((path) => path.endsWith('step-0000002'))!,
      });
      expect(again.model).toBe(whole.model);
    });
  }

  it('keeps what it trained and what its parents did, and nothing else', async () => {
    const pretrain = {
      ...tinyConfig,
      stage: 'pretrain',
      template: 'pretrain',
      tune: { ...tinyConfig.tune, llm: { mode: 'frozen' } },
    } as const;
    const before = await run(pretrain);
    const names = async ({ events }: Result): Promise<string[]> => {
      const done = events.at(-1)!;
      const file = await openSafetensors(done.type === 'done' ? done.files[0]!.path : '');
      const found = [...file.tensors.keys()];
      await file.close();
      return found;
    };
    expect((await names(before)).every((name) => name.startsWith('connector.'))).toBe(true);
    const modelFile = before.events.flatMap((event) => (event.type === 'done' ? event.files : []))[0]!.path;
    const after = await run(lora, { parents: [{ stageKey: 'p', config: pretrain, modelFile }] });
    const kept = await names(after);
    expect(kept.filter((name) => name.includes('lora_A'))).toHaveLength(12);
    expect(kept.every((name) => name.startsWith('connector.') || name.includes('lora_'))).toBe(true);
    const alone = await run(lora);
    expect(after.points[0]!.value).not.toBe(alone.points[0]!.value);
  });

  /** Tensors of a stage's model that differ from what it began with, by the names of what was trained. */
  const kept = async ({ events }: Result): Promise<ReadonlyMap<string, string>> => {
    const done = events.at(-1)!;
    const file = await openSafetensors(done.type === 'done' ? done.files[0]!.path : '');
    const found = new Map<string, string>();
    for (const name of file.tensors.keys()) found.set(name, String((await file.read(name)).data));
    await file.close();
    return found;
  };

  it('trains the layers that it is told, and no others', async () => {
    const names = [...(await kept(await run(partly))).keys()];
    const eyes = names.filter((name) => name.startsWith('encoder.'));
    expect(eyes.length).toBeGreaterThan(0);
    expect(eyes.every((name) => name.includes('.layers.1.'))).toBe(true);
    const top = await kept(
      await run({ ...tinyConfig, tune: { ...tinyConfig.tune, llm: { mode: 'partial', fromLayer: 1 } } }),
    );
    const tongue = [...top.keys()].filter((name) => name.startsWith('llm.'));
    expect(tongue.length).toBeGreaterThan(0);
    expect(tongue.every((name) => name.includes('.layers.1.'))).toBe(true);
  });

  it('adapts the layers that are named, in every part, and the next stage begins from them', async () => {
    const first = await run(loraEverywhere);
    const adapters = [...(await kept(first)).keys()].filter((name) => name.includes('lora_A'));
    expect(adapters.filter((name) => name.startsWith('llm.')).every((name) => /[qv]_proj/.test(name))).toBe(
      true,
    );
    expect(adapters.some((name) => name.startsWith('encoder.'))).toBe(true);
    expect(adapters.some((name) => name.startsWith('connector.'))).toBe(true);
    const modelFile = first.events.flatMap((event) => (event.type === 'done' ? event.files : []))[0]!.path;
    const next = await run(tinyConfig, { parents: [{ stageKey: 'p', config: loraEverywhere, modelFile }] });
    // Adapted weights of the encoder are handed on, although this stage does not train it.
    const handed = [...(await kept(next)).keys()].filter((name) => name.startsWith('encoder.'));
    expect(handed.length).toBe(adapters.filter((name) => name.startsWith('encoder.')).length);
    expect(next.points[0]!.value).not.toBe((await run(tinyConfig)).points[0]!.value);
  });

  it('computes the same with gradient checkpointing, up to rounding', async () => {
    for (const config of [encoderToo, loraEverywhere]) {
      const [plain, again] = [await run(config), await run({ ...config, gradientCheckpointing: true })];
      plain.points.forEach(({ value }, i) =>
        expect(Math.abs(again.points[i]!.value - value)).toBeLessThan(2e-3 * Math.max(1, Math.abs(value))),
      );
    }
  });

  it('stops after the steps that it is given, however many epochs they are', async () => {
    for (const maxSteps of [2, 11]) {
      const { points } = await run({ ...tinyConfig, maxSteps });
      expect(points.filter(({ name }) => name === 'loss')).toHaveLength(maxSteps);
    }
  });

  it('gives each part its own rate', async () => {
    const still = { encoderLearningRate: 0, connectorLearningRate: 0, llmLearningRate: 0 };
    const rates = (given: object): TrainStageConfig => ({
      ...encoderToo,
      optimiser: { ...encoderToo.optimiser, weightDecay: 0, ...still, ...given },
    });
    const before = await kept(await run(rates({})));
    for (const part of ['encoder', 'connector', 'llm']) {
      const after = await kept(await run(rates({ [`${part}LearningRate`]: 1e-2 })));
      const moved = [...after].filter(([name, data]) => data !== before.get(name)).map(([name]) => name);
      expect(moved.length).toBeGreaterThan(0);
      expect(moved.every((name) => name.startsWith(`${part}.`))).toBe(true);
    }
  });

  it('other seeds, orders and reductions give other weights; the same config the same', async () => {
    const { model } = await run(tinyConfig);
    expect((await run(tinyConfig)).model).toBe(model);
    for (const change of [
      { seed: 8 },
      { lossReduction: 'token' },
      { batchSize: 4 },
      { imageAspect: 'square' },
    ] as const) {
      expect((await run({ ...tinyConfig, ...change })).model).not.toBe(model);
    }
  });

  it('groups by modality, and says so when it cannot', async () => {
    const grouped = { ...tinyConfig, groupByModalityLength: true, accumulation: 1 };
    expect((await run(grouped)).model).not.toBeNull();
    await expect(run({ ...grouped, data: { ...grouped.data, maxSamples: 4 } })).rejects.toMatchObject({
      code: 'ONE_MODALITY',
    });
  });

  it('names a picture that is missing, a corrupt tokenizer and corrupt weights', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'ablate-broken-'));
    try {
      const folders = await writeTinyStage(broken);
      await rm(join(folders.dataDir, 'images', 'green.png'));
      await expect(run(tinyConfig, folders)).rejects.toMatchObject({ code: 'BAD_IMAGE', value: 'green-2' });
      await writeFile(join(folders.llmDir, 'tokenizer.json'), '{"model":');
      await expect(run(tinyConfig, folders)).rejects.toMatchObject({
        code: 'BAD_TOKENIZER',
        path: join(folders.llmDir, 'tokenizer.json'),
      });
      const weights = join(folders.encoderDir, 'model.safetensors');
      await writeFile(weights, readFileSync(weights).subarray(0, 300));
      await expect(run(tinyConfig, folders)).rejects.toMatchObject({ path: weights });
    } finally {
      await rm(broken, { recursive: true, force: true });
    }
  });

  it('says that training diverged instead of writing what is not a number', async () => {
    const wild = {
      ...tinyConfig,
      optimiser: { ...tinyConfig.optimiser, learningRate: 1e30, clipNorm: null },
    };
    await expect(run(wild)).rejects.toMatchObject({
      code: 'LOSS_NOT_FINITE',
      path: 'optimiser.learningRate',
    });
  });
});

/** Final weights of a tiny run by instruction set. A change of any of them demands a new TRAINER_VERSION. */
const WEIGHTS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  3: { avx2: '8279cab6ee2cace3e2bbca2369a5cea65742bff41fe2940178ce27133338ef39' },
};

describe('TRAINER_VERSION', () => {
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8').toString())?.[1] ?? '';
  const isa = flags.includes('avx512f') ? 'avx512f' : flags.includes('avx2') ? 'avx2' : 'other';
  const expected = WEIGHTS[TRAINER_VERSION]?.[isa];
  (expected ? it : it.skip)(
    `guards the bits of a tiny run (${expected ? isa : `skipped: no digest stored for ${isa}`})`,
    async () => {
      expect((await run(tinyConfig)).model).toBe(expected);
    },
  );
});
