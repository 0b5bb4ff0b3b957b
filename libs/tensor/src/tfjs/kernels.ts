import * as tf from '@tensorflow/tfjs-core';
import type { Node } from '../graph.js';
import { sizeOf, type DType, type Shape } from '../tensor-data.js';
import type { TfjsBackendName } from './load-backend.js';

/** Runs one node on the current backend. Results belong to the caller; inputs stay. */
export type Kernel = (inputs: readonly tf.Tensor[], node: Node) => tf.Tensor | readonly tf.Tensor[];

/** One kernel call, without TensorFlow.js's tape and argument conversions. */
const call = (
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>> | readonly tf.Tensor[],
  attributes: Readonly<Record<string, unknown>> = {},
): tf.Tensor =>
  tf
    .engine()
    .runKernel(name, inputs as unknown as tf.NamedTensorMap, attributes as unknown as tf.NamedAttrMap);

const unary =
  (name: string): Kernel =>
  ([x]) =>
    call(name, { x: x! });
const binary =
  (name: string): Kernel =>
  ([a, b]) =>
    call(name, { a: a!, b: b! });
const ints = (node: Node, name: string): number[] => [...(node.attributes[name] as readonly number[])];
const reshape = (x: tf.Tensor, shape: Shape): tf.Tensor => call('Reshape', { x }, { shape });

/** Several kernels as one: everything but the results is disposed. */
const composed =
  (kernel: Kernel): Kernel =>
  (inputs, node) =>
    tf.tidy(() => kernel(inputs, node) as tf.Tensor | tf.Tensor[]);

function broadcastTo(x: tf.Tensor, shape: Shape): tf.Tensor {
  const lengths = [...Array<number>(shape.length - x.rank).fill(1), ...x.shape];
  const reps = shape.map((length, axis) => (lengths[axis] === length ? 1 : length));
  return call('Tile', { x: reshape(x, lengths) }, { reps });
}

type MatMul = (a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean) => tf.Tensor;

const batchMatMul: MatMul = (a, b, transposeA, transposeB) =>
  call('BatchMatMul', { a, b }, { transposeA, transposeB });

/** XNNPACK multiplies plain matrices; with a transposed operand WASM takes a scalar loop 20 to 40 times slower. */
const plainMatMul: MatMul = (a, b, transposeA, transposeB) => {
  if (a.shape[0] !== 1) return batchMatMul(a, b, transposeA, transposeB);
  const plain = (x: tf.Tensor, isTransposed: boolean): tf.Tensor =>
    isTransposed ? call('Transpose', { x }, { perm: [0, 2, 1] }) : x;
  return batchMatMul(plain(a, transposeA), plain(b, transposeB), false, false);
};

/** Products run with exactly one leading axis: TensorFlow's kernel needs one. */
const matMul =
  (multiply: MatMul): Kernel =>
  ([a, b], { attributes, outputs }) => {
    const [left, right] = [a!, b!].map((x) =>
      reshape(x, [sizeOf(x.shape.slice(0, -2)), x.shape.at(-2)!, x.shape.at(-1)!]),
    );
    const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean };
    return reshape(multiply(left!, right!, transposeA, transposeB), outputs[0]!.shape);
  };

/** Moments over the last axis, kept with length 1. */
const meanOfLast = (x: tf.Tensor): tf.Tensor => tf.mul(tf.sum(x, -1, true), 1 / x.shape.at(-1)!);
const inverseDeviation = (variance: tf.Tensor, { attributes }: Node): tf.Tensor =>
  tf.rsqrt(tf.add(variance, attributes['epsilon'] as number));

const layerNorm: Kernel = ([x, scale, bias], node) => {
  const center = meanOfLast(x!);
  const moved = tf.sub(x!, center);
  const r = inverseDeviation(meanOfLast(tf.mul(moved, moved)), node);
  const scaled = tf.mul(tf.mul(moved, r), scale!);
  return [bias ? tf.add(scaled, bias) : scaled, center, r];
};

const rmsNorm: Kernel = ([x, scale], node) => {
  const r = inverseDeviation(meanOfLast(tf.mul(x!, x!)), node);
  return [tf.mul(tf.mul(x!, r), scale!), r];
};

const logSoftmax = (x: tf.Tensor): tf.Tensor => {
  const shifted = tf.sub(x, tf.max(x, -1, true));
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)));
};

/** x Phi(x); erf is exact on TensorFlow and Abramowitz and Stegun 7.1.26 (1.5e-7) elsewhere. */
const gelu: Kernel = ([x]) => {
  const cdf = tf.mul(tf.add(tf.erf(tf.mul(x!, Math.SQRT1_2)), 1), 0.5);
  return [tf.mul(x!, cdf), cdf];
};
const geluTanh: Kernel = ([x]) => {
  const cubic = tf.mul(x!, tf.add(tf.mul(tf.mul(x!, x!), 0.044715), 1));
  return tf.mul(tf.mul(x!, 0.5), tf.add(tf.tanh(tf.mul(cubic, Math.sqrt(2 / Math.PI))), 1));
};

const oneHot = (indices: tf.Tensor, depth: number): tf.Tensor =>
  tf.cast(tf.oneHot(indices as tf.Tensor1D, depth), 'float32');
const hasTarget = (labels: tf.Tensor): tf.Tensor => tf.greaterEqual(labels, tf.scalar(0, 'int32'));

const crossEntropy: Kernel = ([logits, labels]) => {
  const [rows, classes] = logits!.shape as [number, number];
  const logProbabilities = logSoftmax(logits!);
  const safe = tf.maximum(labels!, tf.scalar(0, 'int32'));
  const flat = tf.add(tf.mul(tf.range(0, rows, 1, 'int32'), tf.scalar(classes, 'int32')), safe);
  const picked = tf.gather(tf.reshape(logProbabilities, [rows * classes]), flat);
  const loss = tf.where(hasTarget(labels!), tf.neg(picked), tf.zerosLike(picked));
  return [loss, logProbabilities];
};

const crossEntropyGradient: Kernel = ([logProbabilities, labels, dy]) => {
  const safe = tf.maximum(labels!, tf.scalar(0, 'int32'));
  const difference = tf.sub(tf.exp(logProbabilities!), oneHot(safe, logProbabilities!.shape[1]!));
  const weight = tf.where(hasTarget(labels!), dy!, tf.zerosLike(dy!));
  return tf.mul(difference, tf.reshape(weight, [-1, 1]));
};

type ScatterAdd = (indices: tf.Tensor1D, rows: tf.Tensor2D, numRows: number) => tf.Tensor;

const scatterBySegments: ScatterAdd = (segmentIds, x, numSegments) =>
  call('UnsortedSegmentSum', { x, segmentIds }, { numSegments });

/** WASM has no segment sum and shares the host's memory: rows are added here, in the order of the indices. */
const scatterOnHost: ScatterAdd = (indices, rows, numRows) => {
  const source = rows.dataSync();
  const width = rows.shape[1];
  const table = new Float32Array(numRows * width);
  indices.dataSync().forEach((row, i) => {
    for (let j = 0; j < width; j += 1) table[row * width + j]! += source[i * width + j]!;
  });
  return tf.tensor(table, [numRows, width]);
};

/** The segment sum of GPUs adds atomically, in another order at each run; a product with a one-hot matrix does not. */
const scatterByProduct: ScatterAdd = (indices, rows, numRows) =>
  tf.matMul(oneHot(indices, numRows), rows, true);

const scatterAddRows =
  (scatter: ScatterAdd): Kernel =>
  ([indices, values], { attributes, outputs }) => {
    const flat = tf.reshape<tf.Rank.R1>(indices!, [-1]);
    const rows = tf.reshape<tf.Rank.R2>(values!, [flat.size, outputs[0]!.shape[1]!]);
    return scatter(flat, rows, attributes['numRows'] as number);
  };

const rotary: Kernel = ([x, cos, sin]) => {
  const [batch, heads, length, channels] = x!.shape as [number, number, number, number];
  const half = cos!.shape[1]!;
  const cut = (from: number, to: number): tf.Tensor =>
    tf.slice(x!, [0, 0, 0, from], [batch, heads, length, to - from]);
  const [first, second] = [cut(0, half), cut(half, 2 * half)];
  const turned = [
    tf.sub(tf.mul(first, cos!), tf.mul(second, sin!)),
    tf.add(tf.mul(second, cos!), tf.mul(first, sin!)),
  ];
  return tf.concat(channels > 2 * half ? [...turned, cut(2 * half, channels)] : turned, 3);
};

const select: Kernel = (inputs, { outputs }) => {
  const [condition, t, e] = inputs.map((x) => broadcastTo(x, outputs[0]!.shape));
  return call('Select', { condition: condition!, t: t!, e: e! });
};

const common: Readonly<Record<string, Kernel>> = {
  add: binary('Add'),
  sub: binary('Sub'),
  mul: binary('Multiply'),
  div: binary('RealDiv'),
  neg: unary('Neg'),
  exp: unary('Exp'),
  log: unary('Log'),
  sqrt: unary('Sqrt'),
  tanh: unary('Tanh'),
  sigmoid: unary('Sigmoid'),
  erf: unary('Erf'),
  gelu: composed(gelu),
  geluTanh: composed(geluTanh),
  quickGelu: composed(([x]) => tf.mul(x!, tf.sigmoid(tf.mul(x!, 1.702)))),
  silu: composed(([x]) => tf.mul(x!, tf.sigmoid(x!))),
  reshape: ([x], node) => reshape(x!, node.outputs[0]!.shape),
  transpose: ([x], node) => call('Transpose', { x: x! }, { perm: ints(node, 'permutation') }),
  slice: ([x], node) => call('Slice', { x: x! }, { begin: ints(node, 'starts'), size: ints(node, 'sizes') }),
  pad: ([x], node) => {
    const after = ints(node, 'after');
    const paddings = ints(node, 'before').map((before, axis) => [before, after[axis]!]);
    return call('PadV2', { x: x! }, { paddings, constantValue: 0 });
  },
  concat: (inputs, { attributes }) => call('Concat', inputs, { axis: attributes['axis'] }),
  broadcastTo: composed(([x], node) => broadcastTo(x!, node.outputs[0]!.shape)),
  sum: ([x], node) =>
    call('Sum', { x: x! }, { axis: ints(node, 'axes'), keepDims: node.attributes['keepDims'] }),
  mean: ([x], node) =>
    call('Mean', { x: x! }, { axis: ints(node, 'axes'), keepDims: node.attributes['keepDims'] }),
  max: ([x], node) =>
    call('Max', { x: x! }, { reductionIndices: ints(node, 'axes'), keepDims: node.attributes['keepDims'] }),
  softmax: ([logits]) => call('Softmax', { logits: logits! }, { dim: logits!.rank - 1 }),
  logSoftmax: composed(([x]) => logSoftmax(x!)),
  layerNorm: composed(layerNorm),
  rmsNorm: composed(rmsNorm),
  gatherRows: ([x, indices]) => call('GatherV2', { x: x!, indices: indices! }, { axis: 0, batchDims: 0 }),
  crossEntropy: composed(crossEntropy),
  crossEntropyGradient: composed(crossEntropyGradient),
  rotary: composed(rotary),
  where: composed(select),
  equal: binary('Equal'),
  greater: binary('Greater'),
  cast: ([x], { attributes }) => call('Cast', { x: x! }, { dtype: attributes['dtype'] as DType }),
  stopGradient: unary('Identity'),
};

/** How each operation runs on a backend; what backends lack as one kernel is composed from those that all have. */
export function kernelsFor(backend: TfjsBackendName): Readonly<Record<string, Kernel>> {
  const isGpu = backend === 'tensorflow-gpu' || backend === 'webgpu';
  const scatter = isGpu ? scatterByProduct : backend === 'wasm' ? scatterOnHost : scatterBySegments;
  return {
    ...common,
    matMul: composed(matMul(backend === 'wasm' ? plainMatMul : batchMatMul)),
    scatterAddRows: composed(scatterAddRows(scatter)),
  };
}
