import { Graph, reshape } from '@ablate/tensor';
import { llmArchitecture } from './architectures.js';
import { imageRows } from './image-rows.js';
import { groupsOf, type LlmOutput } from './llm.js';
import {
  contextInputs,
  embed,
  embeddingTable,
  mergedEmbeddings,
  statesAt,
  type StepShape,
} from './sequence.js';
import { paramsOf, type LanguageStructure, type VlmStructure } from './structure.js';

const setCache = (graph: Graph, { cache }: LlmOutput): void =>
  cache.forEach(({ keys, values }, layer) => {
    graph.setOutput(`keys.${layer}`, keys);
    graph.setOutput(`values.${layer}`, values);
  });

/**
 * Prompt pass. Inputs: parameters, `features` [I, N, V], `rows` [B, L], `last` int32 [B] (each row's last position in the
 * flattened rows), `cos`, `sin`, `mask`. Outputs: `logits` [B, V], `keys.<layer>`, `values.<layer>` [B, G, L, d].
 */
export function prefillGraph(
  structure: VlmStructure | LanguageStructure,
  { batch, length, images }: Omit<StepShape, 'targets'>,
): Graph {
  const graph = new Graph();
  const params = paramsOf(graph, structure, false);
  const { llm: config } = structure;
  const { forward, logits } = llmArchitecture(config.model_type);
  const rows = graph.input('rows', [batch, length], 'int32');
  const embeddings = mergedEmbeddings(
    params.at('llm.'),
    config,
    'encoder' in structure && images > 0 ? imageRows(params, structure, images, 'features') : null,
    rows,
  );
  const output = forward(
    params.at('llm.'),
    config,
    embeddings,
    contextInputs(graph, config, length, [length, length]),
  );
  const last = statesAt(output.hidden, graph.input('last', [batch], 'int32'));
  graph.setOutput('logits', logits(params.at('llm.'), config, last));
  setCache(graph, output);
  return graph;
}

/**
 * One decoding step against a cache of `capacity` positions. Inputs: parameters, `ids` int32 [B, 1], `past_keys.<layer>`,
 * `past_values.<layer>` [B, G, C, d], `cos`, `sin` [1, r/2], `mask` [1, C + 1]. Outputs: `logits` [B, V], `keys.*`, `values.*` [B, G, 1, d].
 */
export function decodeGraph(
  structure: VlmStructure | LanguageStructure,
  batch: number,
  capacity: number,
): Graph {
  const graph = new Graph();
  const { llm: config } = structure;
  const params = paramsOf(graph, structure, false).at('llm.');
  const { forward, logits } = llmArchitecture(config.model_type);
  const ids = graph.input('ids', [batch, 1], 'int32');
  const embeddings = embed(embeddingTable(params, config), ids);
  const output = forward(params, config, embeddings, {
    ...contextInputs(graph, config, 1, [1, capacity + 1]),
    past: (layer) => {
      const shape = [batch, groupsOf(config, layer), capacity, config.head_dim];
      return {
        keys: graph.input(`past_keys.${layer}`, shape),
        values: graph.input(`past_values.${layer}`, shape),
      };
    },
  });
  graph.setOutput('logits', logits(params, config, reshape(output.hidden, [batch, config.hidden_size])));
  setCache(graph, output);
  return graph;
}
