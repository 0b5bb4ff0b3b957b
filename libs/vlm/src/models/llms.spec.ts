import { afterAll, describe, expect, it } from '@jest/globals';
import { createExecutor, type Tensors } from '@ablate/tensor';
import {
  expectClose,
  fixture,
  int32,
  readJson,
  readTensors,
  scalar,
  withPrefix,
  type GoldenCase,
} from '../../test/golden.js';
import { llmArchitecture, llmConfig } from './architectures.js';
import { loadLlm } from './backbone.js';
import { initialise } from './initialise.js';
import type { LlmConfig } from './llm.js';
import { prefixed } from './params.js';
import { causalMask, rotaryTables } from './positions.js';
import { languageGraph, languageLogitsGraph } from './training-graphs.js';

const executor = await createExecutor('onnx');
afterAll(() => executor.dispose());

async function run(graph: ReturnType<typeof languageGraph>, feeds: Tensors): Promise<Tensors> {
  const program = await executor.compile(graph);
  const results = await program.run(feeds);
  await program.dispose();
  return results;
}
const positionsOf = (batch: number, length: number): Int32Array =>
  Int32Array.from({ length: batch * length }, (_, i) => i);
const contextOf = (config: LlmConfig, length: number): Tensors => ({
  ...rotaryTables(config, length),
  mask: causalMask(length),
});

describe('loss, logits and gradients equal transformers', () => {
  const close = { tolerance: { abs: 2e-5, rel: 2e-4 }, tolerance_grads: { abs: 2e-5, rel: 2e-4 } };
  it.each(['golden/llm_llama_gqa', 'golden/llm_phi', 'transformers/phi_tied_grouped'])('%s', async (name) => {
    const { tolerance, tolerance_grads } = name.startsWith('golden')
      ? readJson<GoldenCase>(`${name}/case.json`)
      : close;
    const { config, weights } = await loadLlm(fixture(`${name}/model`));
    const inputs = await readTensors(`${name}/inputs.safetensors`);
    const expected = await readTensors(`${name}/expected.safetensors`);
    const grads = name.startsWith('golden')
      ? await readTensors(`${name}/expected_grads.safetensors`)
      : Object.fromEntries(Object.entries(expected).filter(([key]) => key.startsWith('grad.')));
    const [batch, length] = inputs['input_ids']!.shape as [number, number];
    const labels = inputs['labels']!.data;
    const positions = positionsOf(batch, length);
    const shifted = positions.map((i) => ((i + 1) % length === 0 ? -100 : labels[i + 1]!));
    const parameters = withPrefix('llm.', weights);
    const shape = { batch, length, targets: batch * length };
    const feeds = {
      ...parameters,
      ...contextOf(config, length),
      rows: inputs['input_ids']!,
      targets: int32(positions),
    };
    const results = await run(languageGraph(config, shape, Object.keys(parameters)), {
      ...feeds,
      labels: int32(shifted),
      loss_scale: scalar(1 / shifted.filter((label) => label >= 0).length),
    });
    const { logits } = await run(languageLogitsGraph(config, shape), feeds);
    const outputs = Object.fromEntries(
      Object.entries(results).map(([key, value]) => [key.replace('grad.llm.', 'grad.'), value]),
    );
    const { loss, logits: expectedLogits } = expected;
    // Rows of padding are no part of the comparison; the stored ones are 0.
    const seen = inputs['attention_mask']?.data;
    const width = config.vocab_size;
    const masked = logits!.data.map((value, i) => (seen?.[Math.floor(i / width)] === 0 ? 0 : value));
    expectClose(
      { ...outputs, logits: { ...logits!, data: masked } },
      { loss: loss!, logits: expectedLogits! },
      () => tolerance,
    );
    expectClose(outputs, grads, () => tolerance_grads);
    expect(Object.keys(grads).length).toBe(llmArchitecture(config.model_type).specs(config).length);
  });
});

const base = {
  hidden_size: 24,
  intermediate_size: 40,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  num_key_value_heads: 1,
  vocab_size: 50,
};
const kinds = [
  ['llama', { ...base, model_type: 'llama', tie_word_embeddings: true }],
  ['phi', { ...base, model_type: 'phi' }],
  ['gemma', { ...base, model_type: 'gemma', head_dim: 16 }],
  ['qwen2', { ...base, model_type: 'qwen2' }],
  [
    'stablelm',
    { ...base, model_type: 'stablelm', partial_rotary_factor: 0.5, qk_layernorm: true, use_qkv_bias: true },
  ],
  [
    'openelm',
    {
      model_type: 'openelm',
      model_dim: 32,
      head_dim: 8,
      num_transformer_layers: 2,
      num_gqa_groups: 2,
      qkv_multipliers: [0.5, 1],
      ffn_multipliers: [0.5, 2],
      ffn_dim_divisor: 8,
      normalize_qk_projections: true,
      vocab_size: 50,
    },
  ],
] as const;

/** Between lengths that are multiples of 32: a vector's lanes then sum a row of scores in one order. */
describe('padding on the right changes no bit of loss and gradients', () => {
  const cases = kinds.flatMap(([name, json]) => [7, 40, 90].map((longest) => ({ name, json, longest })));
  it.each(cases)('$name, $longest tokens', async ({ json, longest }) => {
    const config = llmConfig('config.json', json);
    const specs = prefixed('llm.', llmArchitecture(config.model_type).specs(config));
    const weights = Object.fromEntries(initialise(specs, 3));
    const ids = [longest, Math.ceil(longest / 2), longest - 3].map((tokens, b) =>
      Array.from({ length: tokens }, (_, i) => (i * 7 + b * 13 + ((i * i) % 11)) % config.vocab_size),
    );
    const real = ids.flatMap((row, b) => row.slice(1).map((label, t) => ({ b, t, label })));
    const step = (length: number, targets: number): Promise<Tensors> => {
      const rows = new Int32Array(ids.length * length).fill(1);
      ids.forEach((row, b) => rows.set(row, b * length));
      const positions = new Int32Array(targets);
      positions.set(real.map(({ b, t }) => b * length + t));
      const labels = new Int32Array(targets).fill(-100);
      labels.set(real.map(({ label }) => label));
      return run(languageGraph(config, { batch: ids.length, length, targets }, Object.keys(weights)), {
        ...weights,
        ...contextOf(config, length),
        rows: int32(rows, [ids.length, length]),
        targets: int32(positions),
        labels: int32(labels),
        loss_scale: scalar(1 / real.length),
      });
    };
    const length = Math.ceil(longest / 32) * 32;
    const targets = Math.ceil(real.length / 32) * 32;
    const shortest = await step(length, targets);
    for (const longer of [
      step(length, 2 * targets),
      step(length + 32, targets),
      step(length + 96, targets),
    ]) {
      const padded = await longer;
      expect(Object.keys(padded)).toEqual(Object.keys(shortest));
      for (const [name, { data }] of Object.entries(shortest)) {
        const same = data.every((value, i) => Object.is(value, padded[name]!.data[i]));
        expect({ name, same }).toEqual({ name, same: true });
      }
    }
  });
});

describe('config.json', () => {
  it.each([
    [{ rope_scaling: { type: 'dynamic', factor: 2 } }, 'rope_scaling'],
    [{ rope_parameters: { rope_type: 'yarn', rope_theta: 1e4 } }, 'rope_type'],
    [{ mlp_bias: 1 }, 'mlp_bias'],
    [{ head_dim: 7 }, 'head_dim'],
    [{ num_attention_heads: 5 }, 'num_attention_heads'],
    [{ num_key_value_heads: 2 }, 'num_key_value_heads'],
    [{ hidden_size: -24 }, 'hidden_size'],
    [{ vocab_size: undefined }, 'vocab_size'],
    [{ vocab_size: 'many' }, 'vocab_size'],
    [{ rms_norm_eps: '1e-5' }, 'rms_norm_eps'],
    [{ tie_word_embeddings: 'yes' }, 'tie_word_embeddings'],
    [{ model_type: 'phi', qk_layernorm: true }, 'qk_layernorm'],
    [{ model_type: 'phi', partial_rotary_factor: 0.4 }, 'partial_rotary_factor'],
  ])('%j is refused by the name of its field', (change, field) => {
    expect(() => llmConfig('here/config.json', { ...kinds[0][1], ...change })).toThrow(
      expect.objectContaining({ code: 'BAD_CONFIG', path: `here/config.json: ${field}` }),
    );
  });
  it('of an unknown architecture names those that are known', () => {
    expect(() => llmConfig('here/config.json', { model_type: 'constructor' })).toThrow(
      expect.objectContaining({
        code: 'UNKNOWN_ARCHITECTURE',
        rule: 'One of llama, phi, stablelm, qwen2, gemma, openelm.',
      }),
    );
  });
  it('of transformers 5 keeps its rotary settings in rope_parameters', () => {
    const rope_parameters = { rope_type: 'default', rope_theta: 5e5, partial_rotary_factor: 0.25 };
    const config = llmConfig('config.json', { ...kinds[1][1], rope_parameters });
    expect(config).toMatchObject({ rope_theta: 5e5, partial_rotary_factor: 0.25 });
  });
});
