import { describe, expect, it } from '@jest/globals';
import { expand, type GridSpec } from '@ablate/design-space';
import { exampleIndex } from '../test/example-index.js';
import type { CatalogueIndex, EncoderEntry, LlmEntry } from './catalogue-index.js';
import { connectorParameters, connectorTokens } from './connectors.js';
import { estimateStage, llmMatmul, patchesOf } from './costs.js';
import { resolveGrid } from './resolve-grid.js';
import type { TrainStageConfig } from './stage-config.js';

const millions = (n: number): number => Math.round(n / 1e4) / 100;

describe('connectorParameters', () => {
  // vlm.md 1.2, the table of concrete counts, in millions.
  it.each([
    ['linear', 1024, 896, 0.92],
    ['mlp2', 1024, 896, 1.72],
    ['linear', 1152, 896, 1.03],
    ['mlp2', 1152, 896, 1.84],
    ['mlp2', 1024, 1536, 3.94],
    ['linear', 1024, 2048, 2.1],
    ['mlp2', 1024, 2048, 6.3],
    ['mlp2', 1152, 2560, 9.51],
  ])('%s from %i to %i', (kind, v, h, count) => {
    expect(
      millions(connectorParameters(kind === 'linear' ? { kind: 'linear' } : { kind: 'mlp', depth: 2 }, v, h)),
    ).toBe(count);
  });
  const resampler = { kind: 'resampler', numQueries: 128, depth: 3, heads: 8, headDim: 64 } as const;
  it.each([
    [896, 25.9],
    [1536, 68.1],
    [2048, 115.9],
    [2560, 176.3],
  ])('resampler from 1152 to %i', (h, count) => {
    expect(connectorParameters(resampler, 1152, h) / 1e6).toBeCloseTo(count, 1);
    // Q H + V H + H + L (8 H^2 + 2054 H) + 2 H
    expect(connectorParameters(resampler, 1152, h)).toBe(
      128 * h + 1152 * h + h + 3 * (8 * h * h + 2054 * h) + 2 * h,
    );
  });
  it('identity has none and keeps the tokens; a resampler sets them', () => {
    expect(connectorParameters({ kind: 'identity' }, 8, 8)).toBe(0);
    expect(connectorTokens({ kind: 'identity' }, 36)).toBe(36);
    expect(connectorTokens(resampler, 36)).toBe(128);
  });
});

describe('estimateStage', () => {
  // Phi-2 with SigLIP-so400m at 384 px: the sanity check of vlm.md 6.
  const siglip: EncoderEntry = {
    kind: 'encoder',
    id: 'siglip',
    digest: 's',
    architecture: 'siglip',
    parameters: 413_000_000,
    bytes: 0,
    hidden: 1152,
    layers: 27,
    heads: 16,
    intermediate: 4304,
    patch: 14,
    imageSize: 384,
  };
  const phi: LlmEntry = {
    kind: 'llm',
    id: 'phi-2',
    digest: 'p',
    architecture: 'phi',
    parameters: 2_780_000_000,
    bytes: 0,
    hidden: 2560,
    layers: 32,
    heads: 32,
    kvHeads: 32,
    intermediate: 10240,
    vocab: 51200,
    maxPositions: 2048,
  };
  const index: CatalogueIndex = {
    backbones: [siglip, phi],
    recipes: [
      {
        id: 'llava',
        parts: {
          pretrain: { digest: 'a', samples: 1, textOnly: 0, meanCharacters: 96 },
          finetune: { digest: 'b', samples: 1, textOnly: 0, meanCharacters: 96 },
        },
      },
    ],
    benchmarks: [],
  };
  const spec: GridSpec = {
    version: 1,
    project: 'p',
    name: 'n',
    axes: { encoder: ['siglip'], connector: ['mlp2x_gelu'], llm: ['phi-2'], data: ['llava'] },
  };

  it('agrees with the published account of Phi-2 with SigLIP', () => {
    expect(patchesOf(siglip)).toBe(729);
    expect(llmMatmul(phi) / 1e9).toBeCloseTo(2.65, 1);
    const stages = resolveGrid(spec, expand(spec), index)[0]?.stages ?? [];
    const pretrain = estimateStage(stages[0]?.config as TrainStageConfig, [], index);
    const finetune = estimateStage(stages[1]?.config as TrainStageConfig, [], index);
    expect(pretrain?.tokensPerSample).toBe(753);
    // 1.32e13 with 6Nn (recomputation) by hand; without recomputation 4Nn, so a third of the LLM's share less.
    const withRecomputation = (pretrain?.flops ?? 0) + 2 * llmMatmul(phi) * 753;
    expect(withRecomputation / 1.32e13).toBeGreaterThan(0.95);
    expect(withRecomputation / 1.32e13).toBeLessThan(1.06);
    expect((finetune?.flops ?? 0) - (pretrain?.flops ?? 0)).toBeCloseTo(2 * llmMatmul(phi) * 753, -6);
    expect(pretrain?.trainedParameters).toBe(connectorParameters({ kind: 'mlp', depth: 2 }, 1152, 2560));
    expect(finetune?.trainedParameters).toBe((pretrain?.trainedParameters ?? 0) + phi.parameters);
    expect(finetune?.frozenParameters).toBe(siglip.parameters);
  });

  it('counts 16 bytes a trained parameter and 4 a frozen one, plus activations and logits', () => {
    const config = resolveGrid(spec, expand(spec), index)[0]?.stages[1]?.config as TrainStageConfig;
    const one = estimateStage({ ...config, batchSize: 1 }, [], index);
    const two = estimateStage({ ...config, batchSize: 2 }, [], index);
    const split = estimateStage({ ...config, batchSize: 2, accumulation: 2 }, [], index);
    const weights = 16 * (one?.trainedParameters ?? 0) + 4 * (one?.frozenParameters ?? 0);
    const activations = (one?.peakMemoryBytes ?? 0) - weights;
    expect(activations).toBeGreaterThan(4 * 3 * 753 * phi.vocab);
    expect(two?.peakMemoryBytes).toBe(weights + 2 * activations);
    expect(split?.peakMemoryBytes).toBe(one?.peakMemoryBytes);
  });

  it('counts samples, steps and LoRA of a tiny run', () => {
    const tiny: GridSpec = {
      ...spec,
      axes: {
        encoder: ['clip-tiny'],
        connector: ['linear'],
        llm: ['llama-tiny'],
        data: ['emoji-base'],
        strategy: [{ id: 'lora', rank: 16 }],
      },
      defaults: {
        'stages.finetune.batchSize': 8,
        'stages.finetune.data.maxSamples': 1201,
        'stages.finetune.epochs': 2,
      },
      evaluate: ['emoji-vqa'],
    };
    const stages = resolveGrid(tiny, expand(tiny), exampleIndex)[0]?.stages ?? [];
    const configs = stages.map(({ config }) => config);
    const trainings = configs.filter((config) => config.kind === 'train');
    const finetune = estimateStage(configs[1] as TrainStageConfig, [], exampleIndex);
    // r (in + out) of q, k, v, o (128, 128), gate, up, down (128, 344), 4 layers.
    expect(finetune).toMatchObject({
      samples: 1201,
      steps: 302,
      tokensPerSample: 86,
      trainedParameters: 128 * 128 + 128 + 4 * 16 * (4 * 256 + 3 * 472),
    });
    const evaluation = estimateStage(configs[2] as TrainStageConfig, trainings, exampleIndex);
    expect(evaluation).toMatchObject({ samples: 600, steps: 38, trainedParameters: 0 });
    expect(evaluation?.flops).toBeGreaterThan(0);
    expect(evaluation?.flops).toBeLessThan(finetune?.flops ?? 0);
    expect(estimateStage(configs[1] as TrainStageConfig, [], { ...exampleIndex, backbones: [] })).toBeNull();
  });
});
