import {
  add,
  broadcastTo,
  concat,
  crossEntropy,
  div,
  erf,
  exp,
  gatherRows,
  gelu,
  geluTanh,
  greater,
  layerNorm,
  linear,
  log,
  logSoftmax,
  matMul,
  max,
  mean,
  mul,
  neg,
  pad,
  quickGelu,
  reshape,
  rmsNorm,
  rotary,
  scatterAddRows,
  sigmoid,
  silu,
  slice,
  softmax,
  sqrt,
  stopGradient,
  sub,
  sum,
  tanh,
  transpose,
  where,
  type DType,
  type Graph,
  type Shape,
  type Value,
} from '../src/index.js';

/** One operation on small inputs, used for gradient checks and for comparing executors. */
export interface OpCase {
  readonly name: string;
  /** Shapes of the float inputs. */
  readonly shapes: readonly Shape[];
  readonly build: (inputs: Value[], graph: Graph) => Value;
  /** Inputs are drawn from this interval; default [-1.5, 1.5]. */
  readonly range?: readonly [number, number];
  /** ONNX Runtime has the kernel in float32 only: the check is looser. */
  readonly float32Only?: boolean;
}

const int32 = (graph: Graph, values: number[], shape: Shape = [values.length]): Value =>
  graph.constant({ dtype: 'int32', shape, data: Int32Array.from(values) });
const cosSin = (graph: Graph, dtype: DType, shape: Shape): [Value, Value] => {
  const size = shape[0]! * shape[1]!;
  const make = (f: (x: number) => number): Value => {
    const values = Array.from({ length: size }, (_, i) => f(0.37 * i));
    return graph.constant({
      dtype,
      shape,
      data: dtype === 'float64' ? Float64Array.from(values) : Float32Array.from(values),
    });
  };
  return [make(Math.cos), make(Math.sin)];
};
const unary = (name: string, f: (x: Value) => Value, extra: Partial<OpCase> = {}): OpCase => ({
  name,
  shapes: [[2, 3, 5]],
  build: ([x]) => f(x!),
  ...extra,
});

export const opCases: readonly OpCase[] = [
  {
    name: 'add',
    shapes: [
      [2, 3],
      [2, 3],
    ],
    build: ([a, b]) => add(a!, b!),
  },
  {
    name: 'add, broadcast both ways',
    shapes: [
      [2, 1, 4],
      [3, 1],
    ],
    build: ([a, b]) => add(a!, b!),
  },
  { name: 'sub, scalar left', shapes: [[], [3, 2]], build: ([a, b]) => sub(a!, b!) },
  { name: 'mul, row', shapes: [[4, 3], [3]], build: ([a, b]) => mul(a!, b!) },
  { name: 'mul, number', shapes: [[4, 3]], build: ([a]) => mul(a!, -2.5) },
  { name: 'mul by itself', shapes: [[4, 3]], build: ([a]) => mul(a!, a!) },
  {
    name: 'div, column',
    shapes: [
      [4, 3],
      [4, 1],
    ],
    build: ([a, b]) => div(a!, b!),
    range: [0.5, 2],
  },
  unary('neg', neg),
  unary('exp', exp),
  unary('log', log, { range: [0.2, 3] }),
  unary('sqrt', sqrt, { range: [0.2, 3] }),
  unary('tanh', tanh),
  unary('sigmoid', sigmoid),
  unary('erf', erf, { float32Only: true }),
  unary('gelu', gelu, { float32Only: true }),
  unary('geluTanh', geluTanh),
  unary('quickGelu', quickGelu),
  unary('silu', silu),
  {
    name: 'matMul',
    shapes: [
      [3, 4],
      [4, 2],
    ],
    build: ([a, b]) => matMul(a!, b!),
  },
  {
    name: 'matMul, a^T',
    shapes: [
      [4, 3],
      [4, 2],
    ],
    build: ([a, b]) => matMul(a!, b!, { transposeA: true }),
  },
  {
    name: 'matMul, b^T',
    shapes: [
      [3, 4],
      [2, 4],
    ],
    build: ([a, b]) => matMul(a!, b!, { transposeB: true }),
  },
  {
    name: 'matMul, a^T b^T',
    shapes: [
      [4, 3],
      [2, 4],
    ],
    build: ([a, b]) => matMul(a!, b!, { transposeA: true, transposeB: true }),
  },
  {
    name: 'matMul, batched',
    shapes: [
      [2, 2, 3, 4],
      [2, 2, 4, 2],
    ],
    build: ([a, b]) => matMul(a!, b!),
  },
  {
    name: 'matMul, batched b^T',
    shapes: [
      [2, 3, 4],
      [2, 5, 4],
    ],
    build: ([a, b]) => matMul(a!, b!, { transposeB: true }),
  },
  {
    name: 'matMul, batched a^T',
    shapes: [
      [2, 4, 3],
      [2, 4, 5],
    ],
    build: ([a, b]) => matMul(a!, b!, { transposeA: true }),
  },
  {
    name: 'matMul, batched a^T b^T',
    shapes: [
      [2, 4, 3],
      [2, 5, 4],
    ],
    build: ([a, b]) => matMul(a!, b!, { transposeA: true, transposeB: true }),
  },
  {
    name: 'matMul, batched tall a^T',
    shapes: [
      [2, 3, 7],
      [2, 3, 2],
    ],
    build: ([a, b]) => matMul(a!, b!, { transposeA: true }),
  },
  {
    name: 'matMul, batched tall a^T b^T',
    shapes: [
      [2, 3, 7],
      [2, 2, 3],
    ],
    build: ([a, b]) => matMul(a!, b!, { transposeA: true, transposeB: true }),
  },
  {
    name: 'matMul, rows by a matrix',
    shapes: [
      [2, 3, 4],
      [4, 5],
    ],
    build: ([a, b]) => matMul(a!, b!),
  },
  { name: 'linear', shapes: [[2, 3, 4], [5, 4], [5]], build: ([x, w, b]) => linear(x!, w!, b) },
  {
    name: 'linear, its product used twice',
    shapes: [[3, 4], [5, 4], [5]],
    build: ([x, w, b]) => {
      const y = matMul(x!, w!, { transposeB: true });
      return mul(add(y, b!), y);
    },
  },
  {
    name: 'sum of two products',
    shapes: [
      [3, 4],
      [4, 2],
      [3, 1],
      [1, 2],
    ],
    build: ([a, b, c, d]) => add(matMul(a!, b!), matMul(c!, d!)),
  },
  {
    name: 'column added to a product from the left',
    shapes: [
      [3, 1],
      [3, 4],
      [4, 2],
    ],
    build: ([c, a, b]) => add(c!, matMul(a!, b!)),
  },
  {
    name: 'product that broadcasts in a sum',
    shapes: [
      [1, 4],
      [4, 2],
      [3, 2],
    ],
    build: ([a, b, c]) => add(matMul(a!, b!), c!),
  },
  { name: 'reshape', shapes: [[2, 6]], build: ([x]) => reshape(x!, [3, -1]) },
  {
    name: 'reshape and back',
    shapes: [[2, 6]],
    build: ([x]) => mul(reshape(reshape(x!, [3, 4]), [2, 6]), x!),
  },
  { name: 'transpose', shapes: [[2, 3, 4]], build: ([x]) => transpose(x!, [2, 0, 1]) },
  { name: 'slice', shapes: [[4, 5]], build: ([x]) => slice(x!, [1, 2], [2, 3]) },
  { name: 'pad', shapes: [[2, 3]], build: ([x]) => pad(x!, [1, 0], [0, 2]) },
  {
    name: 'concat',
    shapes: [
      [2, 3],
      [2, 1],
      [2, 2],
    ],
    build: (values) => concat(values, 1),
  },
  { name: 'broadcastTo', shapes: [[3, 1]], build: ([x]) => broadcastTo(x!, [2, 3, 4]) },
  { name: 'sum', shapes: [[2, 3, 4]], build: ([x]) => sum(x!, [0, -1]) },
  { name: 'sum, to a scalar', shapes: [[2, 3]], build: ([x]) => sum(x!, [0, 1]) },
  { name: 'sum over an axis of one', shapes: [[2, 1, 3]], build: ([x]) => sum(x!, [1]) },
  { name: 'sum, kept', shapes: [[2, 3, 4]], build: ([x]) => sum(x!, [1], { keepDims: true }) },
  { name: 'mean', shapes: [[2, 3, 4]], build: ([x]) => mean(x!, [-1]) },
  { name: 'mean, kept', shapes: [[2, 3, 4]], build: ([x]) => mean(x!, [0, 2], { keepDims: true }) },
  {
    name: 'max as a constant shift',
    shapes: [[3, 4]],
    build: ([x]) => exp(sub(x!, stopGradient(max(x!, [-1], { keepDims: true })))),
    range: [-1.5, 1.5],
  },
  { name: 'softmax', shapes: [[2, 3, 5]], build: ([x]) => softmax(x!) },
  { name: 'softmax of one', shapes: [[3, 1]], build: ([x]) => softmax(x!) },
  {
    name: 'softmax of masked scores',
    shapes: [[2, 4]],
    build: ([x], graph) => softmax(where(greater(int32(graph, [1, 1, 0, 1]), 0), x!, mul(x!, 0))),
  },
  { name: 'logSoftmax', shapes: [[4, 5]], build: ([x]) => logSoftmax(x!) },
  { name: 'layerNorm', shapes: [[2, 3, 6], [6], [6]], build: ([x, s, b]) => layerNorm(x!, s!, b!, 1e-5) },
  { name: 'layerNorm without bias', shapes: [[3, 6], [6]], build: ([x, s]) => layerNorm(x!, s!, null, 1e-6) },
  { name: 'rmsNorm', shapes: [[2, 3, 6], [6]], build: ([x, s]) => rmsNorm(x!, s!, 1e-6) },
  {
    name: 'gatherRows',
    shapes: [[5, 3]],
    build: ([t], graph) => gatherRows(t!, int32(graph, [4, 0, 4, 2, 1, 4], [2, 3])),
  },
  {
    name: 'scatterAddRows',
    shapes: [[2, 3, 2]],
    build: ([r], graph) => scatterAddRows(int32(graph, [1, 1, 3, 0, 3, 3], [2, 3]), r!, 5),
  },
  {
    name: 'crossEntropy',
    shapes: [[4, 6]],
    build: ([x], graph) => crossEntropy(x!, int32(graph, [5, -100, 0, 3])),
  },
  {
    name: 'rotary',
    shapes: [[2, 2, 3, 4]],
    build: ([x], graph) => rotary(x!, ...cosSin(graph, x!.dtype, [3, 2])),
  },
  {
    name: 'rotary, part of the channels',
    shapes: [[1, 2, 3, 6]],
    build: ([x], graph) => rotary(x!, ...cosSin(graph, x!.dtype, [3, 2])),
  },
  {
    name: 'where',
    shapes: [[3, 4], [4]],
    build: ([a, b], graph) => where(greater(int32(graph, [1, 0, 1, 0]), 0), a!, b!),
  },
  {
    name: 'where, condition broadcast from a column',
    shapes: [[], [3, 2]],
    build: ([a, b], graph) => where(greater(int32(graph, [1, 0, 1], [3, 1]), 0), a!, b!),
  },
  {
    name: 'one value in many places',
    shapes: [[3, 4], [4]],
    build: ([x, s]) =>
      concat([mul(x!, s!), softmax(x!), slice(mul(tanh(x!), x!), [0, 1], [3, 2]), div(x!, 3)], 1),
  },
  { name: 'stopGradient of one use', shapes: [[3]], build: ([x]) => mul(add(x!, 1), x!) },
];
