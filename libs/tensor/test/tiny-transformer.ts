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
  mul,
  reshape,
  rotary,
  sizeOf,
  softmax,
  sum,
  transpose,
  type Shape,
  type Tensors,
  type Value,
} from '../src/index.js';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';

const [BATCH, LENGTH, WIDTH, HEADS, VOCABULARY] = [2, 5, 8, 2, 11];

/**
 * One causal transformer block with rotary attention over a tied embedding, its mean loss on two fixed sequences (one padded)
 * and the gradient of every parameter: outputs `loss` and `gradient.<parameter>`.
 */
export function tinyTransformer(): { graph: Graph; feeds: Tensors; parameters: Tensors } {
  const graph = new Graph();
  const random = xoroshiro128plus(11);
  const parameters: Record<string, Tensors[string]> = {};
  const inputs: Record<string, Value> = {};
  const parameter = (name: string, shape: Shape, offset = 0): Value => {
    const data = Float32Array.from(
      { length: sizeOf(shape) },
      () => offset + 0.6 * (uniformFloat64(random) - 0.5),
    );
    parameters[name] = { dtype: 'float32', shape, data };
    return (inputs[name] = graph.input(name, shape));
  };
  const float = (shape: Shape, f: (i: number) => number): Value =>
    graph.constant({
      dtype: 'float32',
      shape,
      data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => f(i)),
    });

  const ids = graph.input('ids', [BATCH, LENGTH], 'int32');
  const labels = graph.input('labels', [BATCH * LENGTH], 'int32');
  const embedding = parameter('embedding', [VOCABULARY, WIDTH]);
  const norm = (name: string, x: Value): Value =>
    layerNorm(x, parameter(`${name}.weight`, [WIDTH], 1), parameter(`${name}.bias`, [WIDTH]), 1e-5);
  const dense = (name: string, x: Value, size: number): Value =>
    linear(x, parameter(`${name}.weight`, [size, x.shape.at(-1)!]), parameter(`${name}.bias`, [size]));
  const heads = (x: Value): Value =>
    transpose(reshape(x, [BATCH, LENGTH, HEADS, WIDTH / HEADS]), [0, 2, 1, 3]);

  const x = gatherRows(embedding, ids);
  const normed = norm('attentionNorm', x);
  const [cos, sin] = [
    float([LENGTH, 1], (i) => Math.cos(0.7 * i)),
    float([LENGTH, 1], (i) => Math.sin(0.7 * i)),
  ];
  const query = rotary(heads(dense('query', normed, WIDTH)), cos, sin);
  const key = rotary(heads(dense('key', normed, WIDTH)), cos, sin);
  const value = heads(dense('value', normed, WIDTH));
  const mask = float([LENGTH, LENGTH], (i) => (i % LENGTH > Math.floor(i / LENGTH) ? -1e9 : 0));
  const scores = add(mul(matMul(query, key, { transposeB: true }), 0.5), mask);
  const mixed = reshape(transpose(matMul(softmax(scores), value), [0, 2, 1, 3]), [BATCH, LENGTH, WIDTH]);
  const attended = add(x, dense('output', mixed, WIDTH));
  const hidden = gelu(dense('up', norm('mlpNorm', attended), 2 * WIDTH));
  const y = add(attended, dense('down', hidden, WIDTH));
  const logits = linear(reshape(y, [-1, WIDTH]), embedding);
  const loss = mul(sum(crossEntropy(logits, labels), [0]), 1 / 8);

  graph.setOutput('loss', loss);
  const names = Object.keys(inputs);
  const results = gradients(loss, Object.values(inputs));
  names.forEach((name, i) => graph.setOutput(`gradient.${name}`, results[i]!));
  const int32 = (shape: Shape, ...values: number[]) =>
    ({ dtype: 'int32', shape, data: Int32Array.from(values) }) as const;
  const feeds: Tensors = {
    ids: int32([BATCH, LENGTH], 1, 4, 4, 9, 2, 7, 1, 10, 0, 0),
    labels: int32([BATCH * LENGTH], 4, 4, 9, 2, 3, 1, 10, 5, -100, -100),
  };
  return { graph, feeds, parameters };
}
