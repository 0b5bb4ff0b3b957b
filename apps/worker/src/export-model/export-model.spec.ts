import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TrainerJob, TrainStageConfig } from '@ablate/catalogue';
import {
  createExecutor,
  openSafetensors,
  writeSafetensors,
  type Executor,
  type TensorData,
} from '@ablate/tensor';
import {
  featureGraph,
  generate,
  initialise,
  loraSpecs,
  ProgramCache,
  vlmSpecs,
  type VlmStructure,
} from '@ablate/vlm';
import { writeTinyEncoder, writeTinyLlm } from '@ablate/vlm/testing';
import { prepareStage } from '@ablate/training';
import { assemble } from './assemble.js';
import { exportModel } from './export-model.js';
import type { ExportRequest } from './request.js';

const LORA = { rank: 2, alpha: 4, dropout: 0 };
const config: TrainStageConfig = {
  version: 1,
  kind: 'train',
  stage: 'finetune',
  encoder: { id: 'eye', digest: '', selectLayer: -2, tokens: 'patch' },
  connector: { kind: 'mlp', depth: 2 },
  llm: { id: 'tongue', digest: '' },
  data: { recipe: 'none', part: 'finetune', digest: '', maxSamples: null },
  template: 'phi',
  system: 'A chat.',
  maxLength: 256,
  imageAspect: 'square',
  tune: { encoder: { mode: 'frozen' }, connector: { mode: 'full' }, llm: { mode: 'lora', ...LORA } },
  optimiser: {
    learningRate: 1e-3,
    connectorLearningRate: null,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    clipNorm: null,
  },
  schedule: { kind: 'constant', warmupRatio: 0 },
  batchSize: 1,
  accumulation: 1,
  epochs: 1,
  lossReduction: 'micro-batch',
  groupByModalityLength: false,
  checkpointEvery: 1,
  seed: 0,
};

const PREFIXES = {
  huggingface: {
    'vision_tower.': 'encoder.',
    'multi_modal_projector.': 'connector.',
    'language_model.': 'llm.',
  },
  tinyllava: {
    'vision_tower._vision_tower.': 'encoder.',
    'connector._connector.': 'connector.',
    'language_model.': 'llm.',
  },
};

describe('an exported model', () => {
  let root: string;
  let executor: Executor;
  let request: ExportRequest;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'export-model-'));
    executor = await createExecutor('onnx', { threads: 1 });
    const [encoderDir, llmDir] = [join(root, 'eye'), join(root, 'tongue')];
    await writeTinyEncoder(encoderDir, 1);
    await writeTinyLlm(llmDir, 2);
    const { structure } = await prepareStage(config, { encoderDir, llmDir, parents: [] });
    const loud = vlmSpecs(structure);
    // Adapters that start at zero would show nothing.
    const adapters = [...initialise(loraSpecs(structure.llm, LORA), 4)].map(
      ([name, { shape, data }], i): [string, TensorData] => [
        `llm.${name}`,
        { dtype: 'float32', shape, data: Float32Array.from(data, (_, k) => Math.sin(k + i) / 4) },
      ],
    );
    const modelFile = join(root, 'trained.safetensors');
    await writeSafetensors(modelFile, Object.fromEntries([...initialise(loud.connector, 3), ...adapters]));
    const parents: TrainerJob['parents'] = [{ stageKey: 'k', config, modelFile }];
    request = {
      format: 'huggingface',
      lora: 'merged',
      to: join(root, 'out'),
      encoderDir,
      llmDir,
      parents,
      card: '# A\n',
    };
  });
  afterAll(async () => {
    await executor.dispose();
    await rm(root, { recursive: true, force: true });
  });

  /** Logits of every step about an image of one colour. */
  async function logitsOf(
    structure: VlmStructure,
    parameters: ReadonlyMap<string, TensorData>,
  ): Promise<number[]> {
    const weights = Object.fromEntries(parameters);
    const programs = new ProgramCache(executor);
    const size = structure.encoder.config.image_size;
    const pixels: TensorData = {
      dtype: 'float32',
      shape: [1, 3, size, size],
      data: Float32Array.from({ length: 3 * size * size }, (_, i) => Math.sin(i)),
    };
    const program = await programs.get('features', () => featureGraph(structure, 1));
    const { features } = await program.run({ ...weights, pixels });
    const vocabulary = structure.llm.vocab_size;
    const rows = [Int32Array.from([5, vocabulary, vocabulary + 1, vocabulary + 2, vocabulary + 3, 9, 11])];
    const logits: number[] = [];
    await generate(programs, structure, weights, {
      rows,
      features: features!,
      endToken: [],
      maxNewTokens: 4,
      onLogits: (_, { data }) => void logits.push(...data),
    });
    await programs.dispose();
    return logits;
  }

  /** The folder alone, as somebody else would read it. */
  async function reload(
    folder: string,
    format: ExportRequest['format'],
  ): Promise<{ structure: VlmStructure; parameters: Map<string, TensorData> }> {
    const { ablate } = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as {
      ablate: { structure: VlmStructure };
    };
    const parameters = new Map<string, TensorData>();
    const read = async (name: string, prefix: string): Promise<void> => {
      const file = await openSafetensors(join(folder, name));
      for (const full of file.tensors.keys()) {
        const [theirs, ours] = Object.entries(PREFIXES[format]).find(([before]) =>
          full.startsWith(prefix + before),
        )!;
        parameters.set(ours + full.slice(prefix.length + theirs.length), await file.read(full));
      }
      await file.close();
    };
    await read('model.safetensors', '');
    const adapted = (await readdir(folder)).includes('adapter_config.json');
    if (!adapted) return { structure: ablate.structure, parameters };
    await read('adapter_model.safetensors', 'base_model.model.');
    const { r: rank, lora_alpha: alpha } = JSON.parse(
      await readFile(join(folder, 'adapter_config.json'), 'utf8'),
    ) as { r: number; lora_alpha: number };
    return { structure: { ...ablate.structure, lora: { llm: { rank, alpha, dropout: 0 } } }, parameters };
  }

  it.each<[ExportRequest['format'], ExportRequest['lora']]>([
    ['huggingface', 'merged'],
    ['huggingface', 'adapter'],
    ['tinyllava', 'merged'],
  ])('%s, %s: reloads to the same logits', async (format, lora) => {
    const to = join(root, `${format}-${lora}`);
    const files = await exportModel({ ...request, format, lora, to });
    expect(files).toEqual(
      expect.arrayContaining([
        'README.md',
        'config.json',
        'model.safetensors',
        'preprocessor_config.json',
        'tokenizer.json',
        'tokenizer_config.json',
      ]),
    );
    const trained = await assemble(request);
    const expected = await logitsOf(trained.structure, trained.parameters);
    const { structure, parameters } = await reload(to, format);
    const actual = await logitsOf(structure, parameters);
    expect(actual).toHaveLength(expected.length);
    const worst = Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)));
    // Merged weights are the same bits; adapters are added in another order of sums.
    expect(worst).toBeLessThanOrEqual(lora === 'merged' ? 0 : 1e-4);
    const untrained = await assemble({
      ...request,
      parents: [{ ...request.parents[0]!, config: { ...config } }],
      lora: 'adapter',
    });
    const plain = await logitsOf(untrained.structure, untrained.parameters);
    expect(Math.max(...plain.map((value, i) => Math.abs(value - expected[i]!)))).toBeGreaterThan(1e-3);
  });

  it('says in the Factory’s words what it is, and holds the whole encoder', async () => {
    const folder = join(root, 'tinyllava-merged');
    expect(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).toMatchObject({
      model_type: 'tinyllava',
      connector_type: 'mlp2x_gelu',
      vision_feature_layer: -2,
      vision_feature_select_strategy: 'patch',
      image_aspect_ratio: 'square',
      text_config: { model_type: 'phi' },
    });
    const file = await openSafetensors(join(folder, 'model.safetensors'));
    const names = [...file.tensors.keys()];
    await file.close();
    expect(names).toEqual(
      expect.arrayContaining([
        'connector._connector.0.weight',
        'connector._connector.2.bias',
        'language_model.lm_head.weight',
        'vision_tower._vision_tower.vision_model.encoder.layers.1.mlp.fc1.weight',
      ]),
    );
  });

  it('overwrites nothing, and leaves nothing behind where it fails', async () => {
    const to = join(root, 'taken');
    await mkdir(to);
    await expect(exportModel({ ...request, to })).rejects.toMatchObject({
      code: 'EXPORT_EXISTS',
      path: '--to',
    });
    const pixelShuffle = { ...config, connector: { kind: 'pixel_shuffle', factor: 2 } } as const;
    const gone = join(root, 'gone', 'model');
    const parents = [{ ...request.parents[0]!, config: pixelShuffle }];
    await expect(exportModel({ ...request, to: gone, parents, format: 'tinyllava' })).rejects.toMatchObject({
      code: 'NOT_EXPORTABLE',
    });
    const absent = [{ ...request.parents[0]!, modelFile: join(root, 'absent.safetensors') }];
    await expect(exportModel({ ...request, to: gone, parents: absent })).rejects.toThrow(/absent/);
    expect(await readdir(join(root, 'gone'))).toEqual([]);
    await expect(
      exportModel({ ...request, to: gone, format: 'tinyllava', lora: 'adapter' }),
    ).rejects.toMatchObject({ code: 'NOT_EXPORTABLE' });
    const full = { ...config, tune: { ...config.tune, llm: { mode: 'frozen' } } } as const;
    await expect(
      exportModel({
        ...request,
        to: gone,
        lora: 'adapter',
        parents: [{ ...request.parents[0]!, config: full }],
      }),
    ).rejects.toMatchObject({ code: 'NO_ADAPTER' });
    await expect(exportModel({ ...request, to: gone, parents: [] })).rejects.toMatchObject({
      code: 'NO_TRAINED_PARENT',
    });
  });
});
