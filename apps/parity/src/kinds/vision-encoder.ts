import { join } from 'node:path';
import { Graph, slice } from '@ablate/tensor';
import { encoderArchitecture, loadEncoder, Params } from '@ablate/vlm';
import type { Tolerance } from '../checks.js';
import { readTensors } from '../golden-case.js';
import type { Kind } from '../kinds.js';
import { runOnce, setGradients, weightedSum } from './graphs.js';

interface Json {
  readonly select_layer: number;
  readonly tolerance: Tolerance;
  readonly tolerance_grads: Tolerance;
}

/** All hidden states of an encoder, its selected features and the gradients of sum(features * C). */
export const visionEncoder: Kind = async (golden, checks, { executor }) => {
  const { select_layer, tolerance, tolerance_grads } = golden.json as Json;
  const { type, config, weights } = await loadEncoder(join(golden.folder, 'model'), null);
  const inputs = await readTensors(golden, 'inputs.safetensors');
  const expectedGradients = await readTensors(golden, 'expected_grads.safetensors');
  const graph = new Graph();
  const { specs, states } = encoderArchitecture(type);
  const pixels = graph.input('pixel_values', inputs['pixel_values']!.shape);
  const all = states(Params.of(graph, specs(config)), config, pixels, config.num_hidden_layers);
  all.forEach((state, i) => graph.setOutput(`hidden_states.${i}`, state));
  const selected = all.at(select_layer)!;
  const [batch, tokens, width] = selected.shape as [number, number, number];
  graph.setOutput('features_cls_patch_keep_all', selected);
  graph.setOutput('features_patch_drop_first', slice(selected, [0, 1, 0], [batch, tokens - 1, width]));
  const wrt = Object.keys(expectedGradients).flatMap((name) => {
    const value = name === 'grad_pixel_values' ? pixels : graph.inputs.get(name.replace('grad.', ''));
    return value ? [[name, value] as const] : [];
  });
  setGradients(weightedSum(selected, 'grad_output'), new Map(wrt));
  const results = await runOnce(executor, graph, { ...Object.fromEntries(weights), ...inputs });
  checks.allClose(results, await readTensors(golden, 'expected.safetensors'), tolerance);
  checks.allClose(results, expectedGradients, tolerance_grads);
};
