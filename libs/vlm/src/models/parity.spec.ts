import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { ConnectorConfig } from '@ablate/catalogue';
import {
  createExecutor,
  Graph,
  gradients,
  mul,
  openSafetensors,
  slice,
  sum,
  type TensorData,
  type Tensors,
  type Value,
} from '@ablate/tensor';
import { encoderArchitecture, llmArchitecture } from './architectures.js';
import { loadEncoder, loadLlm, loadWeights } from './backbone.js';
import { connect, connectorSpecs } from './connectors.js';
import { generateGreedy } from './generate.js';
import { Params, prefixed } from './params.js';
import { causalMask, rotaryTables } from './positions.js';
import { ProgramCache } from './program-cache.js';
import { featureGraph } from './image-rows.js';
import { structureOf } from './structure.js';
import { languageGraph } from './training-graphs.js';

const golden = (path: string): string =>
  fileURLToPath(new URL(`../../test/fixtures/golden/${path}`, import.meta.url));
const executor = await createExecutor('onnx');
afterAll(() => executor.dispose());

async function tensors(path: string): Promise<Record<string, TensorData>> {
  const file = await openSafetensors(golden(path));
  const all: Record<string, TensorData> = {};
  for (const name of file.tensors.keys()) all[name] = await file.read(name);
  await file.close();
  return all;
}
const caseOf = <T>(name: string): T => JSON.parse(readFileSync(golden(`${name}/case.json`), 'utf8')) as T;

interface Tolerance {
  readonly abs: number;
  readonly rel: number;
}

/** Largest |value - expected| / (abs + rel |expected|); at most 1 passes. */
function worst(actual: TensorData, expected: TensorData, { abs, rel }: Tolerance): number {
  expect(actual.data.length).toBe(expected.data.length);
  let largest = 0;
  expected.data.forEach((wanted, i) => {
    const error = Math.abs(actual.data[i]! - wanted) / (abs + rel * Math.abs(wanted));
    largest = Math.max(largest, Number.isNaN(error) ? Infinity : error);
  });
  return largest;
}

const inputsOf = (graph: Graph, feeds: Tensors): Tensors =>
  Object.fromEntries([...graph.inputs.keys()].map((name) => [name, feeds[name]!]));
const weighted = (value: Value, weights: TensorData): Value => {
  const product = mul(value, value.graph.input('grad_output', weights.shape));
  return sum(
    product,
    product.shape.map((_, axis) => axis),
  );
};

interface GoldenCase {
  readonly tolerance: Tolerance;
  readonly tolerance_grads: Tolerance;
  readonly config: {
    vision_hidden_size: number;
    hidden_size: number;
    num_queries: number;
    num_resampler_layers: number;
  };
  readonly parameters: number;
}

describe('encoders equal transformers', () => {
  for (const name of ['vision_clip', 'vision_siglip']) {
    it(name, async () => {
      const { tolerance, tolerance_grads } = caseOf<GoldenCase>(name);
      const { type, config, weights } = await loadEncoder(golden(`${name}/model`), null);
      const inputs = await tensors(`${name}/inputs.safetensors`);
      const expected = await tensors(`${name}/expected.safetensors`);
      const grads = await tensors(`${name}/expected_grads.safetensors`);
      const graph = new Graph();
      const params = Params.of(graph, encoderArchitecture(type).specs(config));
      const pixels = graph.input('pixel_values', inputs['pixel_values']!.shape);
      const states = encoderArchitecture(type).states(params, config, pixels, config.num_hidden_layers);
      states.forEach((state, i) => graph.setOutput(`hidden_states.${i}`, state));
      const selected = states.at(-2)!;
      graph.setOutput('features_cls_patch_keep_all', selected);
      const [batch, tokens, width] = selected.shape as [number, number, number];
      graph.setOutput('features_patch_drop_first', slice(selected, [0, 1, 0], [batch, tokens - 1, width]));
      const names = Object.keys(grads).map((key) => key.replace(/^grad\./, ''));
      const wrt = names.map((key) => (key === 'grad_pixel_values' ? pixels : graph.inputs.get(key)!));
      gradients(weighted(selected, inputs['grad_output']!), wrt).forEach((value, i) =>
        graph.setOutput(Object.keys(grads)[i]!, value),
      );
      const program = await executor.compile(graph);
      const results = await program.run(inputsOf(graph, { ...Object.fromEntries(weights), ...inputs }));
      for (const [key, wanted] of Object.entries(expected))
        expect([key, worst(results[key]!, wanted, tolerance) <= 1]).toEqual([key, true]);
      for (const [key, wanted] of Object.entries(grads))
        expect([key, worst(results[key]!, wanted, tolerance_grads) <= 1]).toEqual([key, true]);
    });
  }
});

describe('connectors equal the Factory', () => {
  const kinds: Record<string, (config: GoldenCase['config']) => ConnectorConfig> = {
    connector_linear: () => ({ kind: 'linear' }),
    connector_mlp2x: () => ({ kind: 'mlp', depth: 2 }),
    connector_resampler: ({ num_queries, num_resampler_layers }) => ({
      kind: 'resampler',
      numQueries: num_queries,
      depth: num_resampler_layers,
      heads: 8,
      headDim: 64,
    }),
  };
  for (const [name, configOf] of Object.entries(kinds)) {
    it(name, async () => {
      const { tolerance, tolerance_grads, config, parameters } = caseOf<GoldenCase>(name);
      const specs = prefixed(
        '_connector.',
        connectorSpecs(configOf(config), config.vision_hidden_size, config.hidden_size),
      );
      expect(specs.reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0)).toBe(
        parameters,
      );
      const weights = await tensors(`${name}/state_dict.safetensors`);
      const inputs = await tensors(`${name}/inputs.safetensors`);
      const expected = await tensors(`${name}/expected.safetensors`);
      const graph = new Graph();
      const input = graph.input('input', inputs['input']!.shape);
      const output = connect(Params.of(graph, specs).at('_connector.'), configOf(config), input);
      graph.setOutput('output', output);
      const wrt = [input, ...specs.map((spec) => graph.inputs.get(spec.name)!)];
      const names = ['grad_input', ...specs.map((spec) => `grad.${spec.name}`)];
      gradients(weighted(output, inputs['grad_output']!), wrt).forEach((value, i) =>
        graph.setOutput(names[i]!, value),
      );
      const results = await (await executor.compile(graph)).run(inputsOf(graph, { ...weights, ...inputs }));
      for (const [key, wanted] of Object.entries(expected)) {
        expect([
          key,
          worst(results[key]!, wanted, key === 'output' ? tolerance : tolerance_grads) <= 1,
        ]).toEqual([key, true]);
      }
    });
  }
});

describe('language models equal transformers', () => {
  for (const name of ['llm_llama_gqa', 'llm_phi']) {
    it(name, async () => {
      const { tolerance, tolerance_grads } = caseOf<GoldenCase>(name);
      const { config, weights } = await loadLlm(golden(`${name}/model`));
      const inputs = await tensors(`${name}/inputs.safetensors`);
      const expected = await tensors(`${name}/expected.safetensors`);
      const grads = await tensors(`${name}/expected_grads.safetensors`);
      const [batch, length] = inputs['input_ids']!.shape as [number, number];
      const labels = inputs['labels']!.data;
      const positions = Int32Array.from({ length: batch * length }, (_, i) => i);
      const shifted = Int32Array.from(positions, (i) => ((i + 1) % length === 0 ? -100 : labels[i + 1]!));
      const parameters = Object.fromEntries([...weights].map(([key, value]) => [`llm.${key}`, value]));
      const graph = languageGraph(
        config,
        { batch, length, targets: batch * length },
        Object.keys(parameters),
      );
      const int32 = (data: Int32Array): TensorData => ({ dtype: 'int32', shape: [data.length], data });
      const results = await (
        await executor.compile(graph)
      ).run({
        ...parameters,
        ...rotaryTables(config, length),
        mask: causalMask(length),
        rows: inputs['input_ids']!,
        targets: int32(positions),
        labels: int32(shifted),
        loss_scale: {
          dtype: 'float32',
          shape: [],
          data: Float32Array.of(1 / shifted.filter((label) => label >= 0).length),
        },
      });
      expect(worst(results['loss']!, expected['loss']!, tolerance)).toBeLessThanOrEqual(1);
      for (const [key, wanted] of Object.entries(grads)) {
        const actual = results[key.replace('grad.', 'grad.llm.')]!;
        expect([key, worst(actual, wanted, tolerance_grads) <= 1]).toEqual([key, true]);
      }
      expect(Object.keys(grads).length).toBe(llmArchitecture(config.model_type).specs(config).length);
    });
  }
});

describe('greedy generation equals transformers', () => {
  interface Prompt {
    image: number | null;
    input_ids: number[];
    eos_token_id: number | null;
    max_new_tokens: number;
    expected_ids: number[];
  }
  const connectors: Record<string, ConnectorConfig> = {
    generation_llama_mlp2x: { kind: 'mlp', depth: 2 },
    generation_phi_resampler: { kind: 'resampler', numQueries: 6, depth: 1, heads: 8, headDim: 64 },
  };
  for (const [name, connector] of Object.entries(connectors)) {
    it(name, async () => {
      const encoder = await loadEncoder(golden(`${name}/model/vision_tower`), -2);
      const llm = await loadLlm(golden(`${name}/model/llm`));
      const structure = structureOf(
        encoder,
        { selectLayer: -2, tokens: encoder.type === 'siglip_vision_model' ? 'legacy-siglip' : 'patch' },
        connector,
        llm,
        null,
      );
      const specs = prefixed(
        '_connector.',
        connectorSpecs(connector, encoder.config.hidden_size, llm.config.hidden_size),
      );
      const file = await tensors(`${name}/model/connector.safetensors`);
      const parameters: Tensors = {
        ...Object.fromEntries([...encoder.weights].map(([key, value]) => [`encoder.${key}`, value])),
        ...Object.fromEntries(
          specs.map((spec) => [spec.name.replace('_connector.', 'connector.'), file[spec.name]!]),
        ),
        ...Object.fromEntries([...llm.weights].map(([key, value]) => [`llm.${key}`, value])),
      };
      const images = (await tensors(`${name}/images.safetensors`))['pixel_values']!;
      const count = images.shape[0]!;
      const featureProgram = await executor.compile(featureGraph(structure, count));
      const features = (await featureProgram.run({ ...parameters, pixels: images }))['features']!;
      const [, patches, width] = features.shape as [number, number, number];
      const tokens = connector.kind === 'resampler' ? connector.numQueries : patches;
      const prompts = JSON.parse(readFileSync(golden(`${name}/prompts.json`), 'utf8')) as Prompt[];
      const expectedLogits = await tensors(`${name}/expected_logits.safetensors`);
      const { tolerance } = caseOf<{ tolerance: { logits_abs: number; logits_rel: number } }>(name);
      const programs = new ProgramCache(executor);
      for (const [i, prompt] of prompts.entries()) {
        const rows = prompt.input_ids.flatMap((id) =>
          id === -200 ? Array.from({ length: tokens }, (_, i) => llm.config.vocab_size + i) : [id],
        );
        const end = prompt.eos_token_id ?? -1;
        const { image } = prompt;
        const produced = await generateGreedy(programs, structure, parameters, {
          rows: [Int32Array.from(rows)],
          features:
            image === null
              ? null
              : {
                  dtype: 'float32',
                  shape: [1, patches, width],
                  data: (features.data as Float32Array).slice(
                    image * patches * width,
                    (image + 1) * patches * width,
                  ),
                },
          endToken: end,
          maxNewTokens: prompt.max_new_tokens,
          onLogits: (step, { data }) => {
            const { vocab_size: vocabulary } = llm.config;
            const wantedLogits = expectedLogits[`logits.${i}`]!.data.slice(
              step * vocabulary,
              (step + 1) * vocabulary,
            );
            const error = worst(
              { dtype: 'float32', shape: [vocabulary], data },
              { dtype: 'float32', shape: [vocabulary], data: wantedLogits },
              { abs: tolerance.logits_abs, rel: tolerance.logits_rel },
            );
            expect([i, step, error <= 1, error]).toEqual([i, step, true, error]);
          },
        });
        const wanted =
          prompt.expected_ids.at(-1) === end ? prompt.expected_ids.slice(0, -1) : prompt.expected_ids;
        expect(produced[0]).toEqual(wanted);
      }
      await programs.dispose();
    });
  }
  it('rejects a checkpoint that lacks a tensor, naming file, tensor and shape', async () => {
    const folder = golden('llm_phi/model');
    await expect(
      loadWeights(folder, [{ name: 'model.nothing', shape: [3], init: { kind: 'zeros' } }]),
    ).rejects.toMatchObject({
      code: 'WRONG_TENSOR',
      path: expect.stringContaining('model.safetensors') as string,
      message: expect.stringContaining('"model.nothing" is missing, expected [3]') as string,
    });
  });
});
