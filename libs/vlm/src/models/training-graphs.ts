import { crossEntropy, Graph, gradients, mul, sum, type Value } from '@ablate/tensor';
import { llmArchitecture } from './architectures.js';
import { blankImageRows, imageRows, type ImageInput } from './image-rows.js';
import type { LlmConfig } from './llm.js';
import { Params, prefixed } from './params.js';
import {
  contextInputs,
  embed,
  embeddingTable,
  mergedEmbeddings,
  statesAt,
  type StepShape,
} from './sequence.js';
import { paramsOf, type VlmStructure } from './structure.js';

/**
 * Graph of one training step. Inputs: parameters by name, `features` [I, N, V] (or `pixels` when the encoder is trained),
 * `rows` [B, L], `targets` int32 [T] (positions in the flattened rows), `labels` int32 [T] (the next token, -100 = none),
 * `loss_scale` [] (1 / number of targets), `cos`, `sin`, `mask`, dropout masks. Outputs: `loss` and `grad.<name>` of every
 * `trained` name that the graph reads (layers behind the selected one have none, as in torch). `recompute` is gradient checkpointing.
 */
export function trainingGraph(
  structure: VlmStructure,
  shape: StepShape,
  trained: readonly string[],
  { recompute = false }: { readonly recompute?: boolean } = {},
): Graph {
  const graph = new Graph();
  const params = paramsOf(graph, structure, true);
  const input: ImageInput = trained.some((name) => name.startsWith('encoder.')) ? 'pixels' : 'features';
  const image =
    shape.images > 0
      ? imageRows(params, structure, shape.images, input)
      : trained.some((name) => /^(encoder|connector)\./.test(name))
        ? blankImageRows(params, structure, input)
        : null;
  const rows = graph.input('rows', [shape.batch, shape.length], 'int32');
  const llm = params.at('llm.');
  const embeddings = mergedEmbeddings(llm, structure.llm, image, rows);
  return finishStep(graph, targetLogits(llm, structure.llm, embeddings, shape), trained, recompute);
}

/** The same step on text alone: `rows` are token ids. For language modelling; parameters are named as in the checkpoint below `llm.`. */
export function languageGraph(
  config: LlmConfig,
  shape: Omit<StepShape, 'images'>,
  trained: readonly string[],
): Graph {
  const graph = new Graph();
  const { llm, embeddings } = textEmbeddings(graph, config, shape);
  return finishStep(graph, targetLogits(llm, config, embeddings, shape), trained);
}

/** Logits [T, V] of text at `targets`, for measuring a language model. Inputs as in `languageGraph`, without labels. */
export function languageLogitsGraph(config: LlmConfig, shape: Omit<StepShape, 'images'>): Graph {
  const graph = new Graph();
  const { llm, embeddings } = textEmbeddings(graph, config, shape);
  graph.setOutput('logits', targetLogits(llm, config, embeddings, shape));
  return graph;
}

function textEmbeddings(
  graph: Graph,
  config: LlmConfig,
  { batch, length }: Pick<StepShape, 'batch' | 'length'>,
): { llm: Params; embeddings: Value } {
  const { specs } = llmArchitecture(config.model_type);
  const llm = Params.of(graph, prefixed('llm.', specs(config))).at('llm.');
  const rows = graph.input('rows', [batch, length], 'int32');
  return { llm, embeddings: embed(embeddingTable(llm, config), rows) };
}

/** Next-token logits [T, V] at the fed `targets` only: the head is most of a small model's work. */
function targetLogits(
  llm: Params,
  config: LlmConfig,
  embeddings: Value,
  { length, targets }: Pick<StepShape, 'length' | 'targets'>,
): Value {
  const { graph } = llm;
  const { forward, logits } = llmArchitecture(config.model_type);
  const { hidden } = forward(llm, config, embeddings, contextInputs(graph, config, length, [length, length]));
  const positions = graph.input('targets', [targets], 'int32');
  return logits(llm, config, statesAt(hidden, positions));
}

/** Sum of the targets' cross entropies times the fed `loss_scale`. Source: transformers' shifted loss; the caller shifts. */
function finishStep(graph: Graph, logits: Value, trained: readonly string[], recompute = false): Graph {
  const losses = crossEntropy(logits, graph.input('labels', [logits.shape[0]!], 'int32'));
  const loss = mul(sum(losses, [0]), graph.input('loss_scale', []));
  graph.setOutput('loss', loss);
  const reached = trained.filter((name) => graph.inputs.has(name));
  gradients(
    loss,
    reached.map((name) => graph.inputs.get(name)!),
    { recompute },
  ).forEach((value, i) => graph.setOutput(`grad.${reached[i]!}`, value));
  return graph;
}
