import {
  add,
  div,
  exp,
  Graph,
  gradients,
  greater,
  log,
  logSoftmax,
  matMul,
  mul,
  neg,
  sqrt,
  sub,
  sum,
  transpose,
  where,
  type Value,
} from '@ablate/tensor';
import {
  clipImageEmbedding,
  clipTextEmbedding,
  Params,
  siglipImageEmbedding,
  siglipTextEmbedding,
  type ClipTextConfig,
  type ParameterSpec,
  type VisionConfig,
} from '@ablate/vlm';
import { TEXT_LENGTH } from './contrastive-batches.js';

export interface DualEncoder {
  readonly family: 'clip' | 'siglip';
  readonly vision: VisionConfig;
  readonly text: ClipTextConfig;
  readonly specs: readonly ParameterSpec[];
}

/** x / |x| over the last axis. */
const unit = (x: Value): Value => div(x, sqrt(add(sum(mul(x, x), [-1], { keepDims: true }), 1e-12)));

const pixelsOf = (graph: Graph, { vision }: DualEncoder, batch: number): Value =>
  graph.input('pixels', [batch, vision.num_channels, vision.image_size, vision.image_size]);

function imageEmbedding(params: Params, { family, vision }: DualEncoder, pixels: Value): Value {
  return unit(
    family === 'clip'
      ? clipImageEmbedding(params, vision, pixels)
      : siglipImageEmbedding(params, vision, pixels),
  );
}

function textEmbedding(params: Params, { family, text }: DualEncoder, texts: number): Value {
  const { graph } = params;
  const ids = graph.input('ids', [texts, TEXT_LENGTH], 'int32');
  if (family === 'siglip') return unit(siglipTextEmbedding(params, text, ids));
  const ends = graph.input('ends', [texts], 'int32');
  return unit(clipTextEmbedding(params, text, ids, ends, graph.input('mask', [TEXT_LENGTH, TEXT_LENGTH])));
}

/** log(1 + e^x) without overflow. */
function softplus(x: Value): Value {
  const positive = greater(x, 0);
  const zero = mul(x, 0);
  return add(where(positive, x, zero), log(add(exp(neg(where(positive, x, neg(x)))), 1)));
}

/** Uniform target over the true entries of each row: -sum(truth/|truth| log softmax), mean over counted rows. Source: Radford et al. 2021 with many positives (Khosla et al. 2020). */
const rowLoss = (logits: Value, targets: Value): Value => neg(sum(mul(targets, logSoftmax(logits)), [0, 1]));

/**
 * One contrastive step. CLIP: softmax both ways; inputs `image_targets` [B, T] and `text_targets` [T, B] (rows sum to 1 / number of
 * rows, 0 for empty texts), `empty` [T] (a large negative score for padding). SigLIP: `truth` and `counted` [B, T]; the sum over pairs
 * divided by B. Source of the latter: Zhai et al. 2023.
 */
export function contrastiveGraph(model: DualEncoder, batch: number, texts: number): Graph {
  const graph = new Graph();
  const params = Params.of(graph, model.specs);
  const scores = matMul(
    imageEmbedding(params, model, pixelsOf(graph, model, batch)),
    textEmbedding(params, model, texts),
    { transposeB: true },
  );
  const logits = mul(scores, exp(params.get('logit_scale')));
  const loss =
    model.family === 'clip'
      ? clipLoss(graph, logits, batch, texts)
      : siglipLoss(graph, add(logits, params.get('logit_bias')), batch, texts);
  graph.setOutput('loss', loss);
  const names = model.specs.map(({ name }) => name).filter((name) => graph.inputs.has(name));
  gradients(
    loss,
    names.map((name) => graph.inputs.get(name)!),
  ).forEach((value, i) => graph.setOutput(`grad.${names[i]!}`, value));
  return graph;
}

function clipLoss(graph: Graph, logits: Value, batch: number, texts: number): Value {
  const byImage = rowLoss(
    add(logits, graph.input('empty', [texts])),
    graph.input('image_targets', [batch, texts]),
  );
  const byText = rowLoss(transpose(logits, [1, 0]), graph.input('text_targets', [texts, batch]));
  return mul(add(byImage, byText), 0.5);
}

function siglipLoss(graph: Graph, logits: Value, batch: number, texts: number): Value {
  const sign = sub(mul(graph.input('truth', [batch, texts]), 2), 1);
  const losses = mul(softplus(neg(mul(logits, sign))), graph.input('counted', [batch, texts]));
  return mul(sum(losses, [0, 1]), 1 / batch);
}

/** Embeddings for measuring: `image` [B, E] or `text` [T, E], and each image's `features` from the layer before the last. */
export function imageGraph(model: DualEncoder, batch: number): Graph {
  const graph = new Graph();
  graph.setOutput(
    'image',
    imageEmbedding(Params.of(graph, model.specs), model, pixelsOf(graph, model, batch)),
  );
  return graph;
}

export function textGraph(model: DualEncoder, texts: number): Graph {
  const graph = new Graph();
  graph.setOutput('text', textEmbedding(Params.of(graph, model.specs), model, texts));
  return graph;
}
