import {
  add,
  crossEntropy,
  gatherRows,
  gelu,
  Graph,
  gradients,
  layerNorm,
  linear,
  matMul,
  mean,
  mul,
  reshape,
  sizeOf,
  softmax,
  tensor,
  transpose,
  type Shape,
  type Tensors,
  type Value,
} from '../src/index.js';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

const [LAYERS, WIDTH, HEADS, BATCH, LENGTH, VOCABULARY] = [2, 32, 2, 4, 16, 24];

/**
 * A two-layer GPT on a fixed batch in which every token follows from the two before it. Outputs are `loss` and, under its own
 * name, the gradient of every parameter.
 */
export function smallGpt(seed: number): { graph: Graph; feeds: Tensors; parameters: Tensors } {
  const graph = new Graph();
  const random = xoroshiro128plus(seed);
  const parameters: Record<string, Tensors[string]> = {};
  const inputs: Value[] = [];
  const parameter = (name: string, shape: Shape, centre = 0, spread = 0): Value => {
    const draws = Array.from(
      { length: sizeOf(shape) },
      () => centre + spread * (uniformFloat64(random) - 0.5),
    );
    parameters[name] = tensor(draws, shape);
    const input = graph.input(name, shape);
    inputs.push(input);
    return input;
  };
  const dense = (name: string, x: Value, outputs: number): Value =>
    linear(
      x,
      parameter(`${name}.weight`, [outputs, x.shape.at(-1)!], 0, 0.3),
      parameter(`${name}.bias`, [outputs]),
    );
  const norm = (name: string, x: Value): Value =>
    layerNorm(x, parameter(`${name}.weight`, [WIDTH], 1), parameter(`${name}.bias`, [WIDTH]), 1e-5);
  const heads = (x: Value): Value =>
    transpose(reshape(x, [BATCH, LENGTH, HEADS, WIDTH / HEADS]), [0, 2, 1, 3]);

  const ids = graph.input('ids', [BATCH, LENGTH], 'int32');
  const labels = graph.input('labels', [BATCH * LENGTH], 'int32');
  const mask = graph.constant(
    tensor(
      Array.from({ length: LENGTH ** 2 }, (_, i) => (i % LENGTH > Math.floor(i / LENGTH) ? -1e9 : 0)),
      [LENGTH, LENGTH],
    ),
  );
  const embedding = parameter('tokens', [VOCABULARY, WIDTH], 0, 0.3);
  let x = add(gatherRows(embedding, ids), parameter('positions', [LENGTH, WIDTH], 0, 0.3));
  for (let layer = 0; layer < LAYERS; layer += 1) {
    const normed = norm(`${layer}.norm1`, x);
    const query = heads(dense(`${layer}.query`, normed, WIDTH));
    const key = heads(dense(`${layer}.key`, normed, WIDTH));
    const value = heads(dense(`${layer}.value`, normed, WIDTH));
    const scores = add(mul(matMul(query, key, { transposeB: true }), 1 / Math.sqrt(WIDTH / HEADS)), mask);
    const mixed = transpose(matMul(softmax(scores), value), [0, 2, 1, 3]);
    x = add(x, dense(`${layer}.output`, reshape(mixed, [BATCH, LENGTH, WIDTH]), WIDTH));
    x = add(
      x,
      dense(`${layer}.down`, gelu(dense(`${layer}.up`, norm(`${layer}.norm2`, x), 4 * WIDTH)), WIDTH),
    );
  }
  const logits = linear(reshape(norm('norm', x), [-1, WIDTH]), embedding);
  const loss = mean(crossEntropy(logits, labels), [0]);
  graph.setOutput('loss', loss);
  const results = gradients(loss, inputs);
  Object.keys(parameters).forEach((name, i) => graph.setOutput(name, results[i]!));

  const rows = Array.from({ length: BATCH }, (_, row) => {
    const tokens = [row, 2 * row + 1];
    while (tokens.length <= LENGTH) tokens.push((tokens.at(-1)! + 3 * tokens.at(-2)! + 1) % VOCABULARY);
    return tokens;
  });
  const feeds = {
    ids: tensor(
      rows.flatMap((tokens) => tokens.slice(0, -1)),
      [BATCH, LENGTH],
      'int32',
    ),
    labels: tensor(
      rows.flatMap((tokens) => tokens.slice(1)),
      [BATCH * LENGTH],
      'int32',
    ),
  };
  return { graph, feeds, parameters };
}
