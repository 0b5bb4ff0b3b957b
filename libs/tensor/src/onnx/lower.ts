import type { Graph, Node, Value } from '../graph.js';
import { liveNodes } from '../live-nodes.js';
import { sizeOf, type DType } from '../tensor-data.js';
import { ELEMENT, encodeModel } from './proto.js';
import { OnnxWriter } from './writer.js';

type Lowering = (writer: OnnxWriter, node: Node) => void;

const MICROSOFT = 'com.microsoft';
const names = (w: OnnxWriter, values: readonly Value[]): string[] => values.map((value) => w.nameOf(value));
const direct =
  (opType: string, attributes: Record<string, number> = {}): Lowering =>
  (w, { inputs, outputs }) =>
    w.node(opType, names(w, inputs), { attributes, outputs: names(w, outputs) });
const ints = (node: Node, name: string): readonly number[] => node.attributes[name] as readonly number[];

/** Kernels that ONNX Runtime has in float32 only are composed in float64, where graphs are only used for gradient checks. */
const isDouble = ({ outputs }: Node): boolean => outputs[0]!.dtype === 'float64';

/** Float32-only kernels; a float64 graph takes them through casts. */
const viaFloat32 =
  (opType: string, domain = ''): Lowering =>
  (w, node) => {
    const [x] = names(w, node.inputs);
    const [y] = names(w, node.outputs);
    if (!isDouble(node)) {
      w.node(opType, [x!], { domain, outputs: [y!] });
      return;
    }
    const narrow = w.node('Cast', [x!], { attributes: { to: ELEMENT.float32 } });
    w.node('Cast', [w.node(opType, [narrow], { domain })], {
      attributes: { to: ELEMENT.float64 },
      outputs: [y!],
    });
  };

const lowerMatMul: Lowering = (w, node) => {
  const { inputs, outputs, attributes } = node;
  const [a, b] = names(w, inputs);
  const transA = attributes['transposeA'] ? 1 : 0;
  const transB = attributes['transposeB'] ? 1 : 0;
  if (inputs[0]!.shape.length === 2) {
    w.node('Gemm', [a!, b!], { attributes: { transA, transB }, outputs: names(w, outputs) });
  } else if (isDouble(node)) {
    const rank = inputs[0]!.shape.length;
    const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
    const left = transA ? w.node('Transpose', [a!], { attributes: { perm } }) : a!;
    const right = transB ? w.node('Transpose', [b!], { attributes: { perm } }) : b!;
    w.node('MatMul', [left, right], { outputs: names(w, outputs) });
  } else {
    w.node('FusedMatMul', [a!, b!], {
      domain: MICROSOFT,
      attributes: { transA, transB },
      outputs: names(w, outputs),
    });
  }
};

const lowerRotary: Lowering = (w, node) => {
  const [x, cos, sin] = names(w, node.inputs);
  const [y] = names(w, node.outputs);
  const [, , , channels] = node.inputs[0]!.shape;
  const half = node.inputs[1]!.shape[1]!;
  const axis = { axis: 3 };
  const cut = (from: number, to: number) =>
    w.node('Slice', [x!, w.int64([from]), w.int64([to]), w.int64([3])]);
  const [first, second] = [cut(0, half), cut(half, 2 * half)];
  const turned = [
    w.node('Sub', [w.node('Mul', [first, cos!]), w.node('Mul', [second, sin!])]),
    w.node('Add', [w.node('Mul', [second, cos!]), w.node('Mul', [first, sin!])]),
  ];
  if (channels! > 2 * half) turned.push(cut(2 * half, channels!));
  w.node('Concat', turned, { attributes: axis, outputs: [y!] });
};

const safeLabels = (w: OnnxWriter, labels: string, rows: number): { index: string; isTarget: string } => {
  const zero = w.scalar('int32', 0);
  const isTarget = w.node('GreaterOrEqual', [labels, zero]);
  const index = w.node('Reshape', [w.node('Where', [isTarget, labels, zero]), w.int64([rows, 1])]);
  return { index, isTarget };
};

const lowerCrossEntropy: Lowering = (w, { inputs, outputs }) => {
  const [logits, labels] = names(w, inputs);
  const [loss, logProbabilities] = names(w, outputs);
  const rows = inputs[0]!.shape[0]!;
  const { index, isTarget } = safeLabels(w, labels!, rows);
  w.node('LogSoftmax', [logits!], { attributes: { axis: -1 }, outputs: [logProbabilities!] });
  const picked = w.node('GatherElements', [logProbabilities!, index], { attributes: { axis: 1 } });
  const negative = w.node('Neg', [w.node('Reshape', [picked, w.int64([rows])])]);
  w.node('Where', [isTarget, negative, w.scalar(outputs[0]!.dtype, 0)], { outputs: [loss!] });
};

const lowerCrossEntropyGradient: Lowering = (w, { inputs, outputs }) => {
  const [logProbabilities, labels, dy] = names(w, inputs);
  const { shape, dtype } = inputs[0]!;
  const rows = shape[0]!;
  const { index, isTarget } = safeLabels(w, labels!, rows);
  const minusOne = w.node('Expand', [w.scalar(dtype, -1), w.int64([rows, 1])]);
  const difference = w.node('ScatterElements', [w.node('Exp', [logProbabilities!]), index, minusOne], {
    attributes: { axis: 1, reduction: 'add' },
  });
  const weight = w.node('Where', [isTarget, dy!, w.scalar(dtype, 0)]);
  w.node('Mul', [difference, w.node('Reshape', [weight, w.int64([rows, 1])])], {
    outputs: names(w, outputs),
  });
};

const lowerScatterAddRows: Lowering = (w, { inputs, outputs }) => {
  const [indices, rows] = names(w, inputs);
  const [, { shape, dtype }] = inputs as [Value, Value];
  const width = shape.at(-1)!;
  const count = sizeOf(shape) / width;
  const table = w.node('Expand', [w.scalar(dtype, 0), w.int64(outputs[0]!.shape)]);
  const flat = w.node('Reshape', [rows!, w.int64([count, width])]);
  const spread = w.node('Expand', [
    w.node('Reshape', [indices!, w.int64([count, 1])]),
    w.int64([count, width]),
  ]);
  w.node('ScatterElements', [table, spread, flat], {
    attributes: { axis: 0, reduction: 'add' },
    outputs: names(w, outputs),
  });
};

const reduction =
  (opType: string): Lowering =>
  (w, node) =>
    w.node(opType, [w.nameOf(node.inputs[0]!), w.int64(ints(node, 'axes'))], {
      attributes: { keepdims: node.attributes['keepDims'] ? 1 : 0 },
      outputs: names(w, node.outputs),
    });

const withShape =
  (opType: string): Lowering =>
  (w, node) =>
    w.node(opType, [w.nameOf(node.inputs[0]!), w.int64(node.outputs[0]!.shape)], {
      outputs: names(w, node.outputs),
    });

const fusedNorm =
  (opType: string): Lowering =>
  (w, { inputs, outputs, attributes }) =>
    w.node(opType, names(w, inputs), {
      attributes: { axis: -1, epsilon: { float: attributes['epsilon'] as number } },
      outputs: names(w, outputs),
    });

/** The fused kernels keep their statistics in float32, so float64 composes them. */
const composeNorm = (w: OnnxWriter, { inputs, outputs, attributes }: Node, centred: boolean): void => {
  const [x, scale, bias] = names(w, inputs);
  const [y, ...statistics] = names(w, outputs);
  const average = (value: string, output?: string): string =>
    w.node('ReduceMean', [value, w.int64([-1])], {
      attributes: { keepdims: 1 },
      ...(output ? { outputs: [output] } : {}),
    });
  const moved = centred ? w.node('Sub', [x!, average(x!, statistics[0]!)]) : x!;
  const variance = average(w.node('Mul', [moved, moved]));
  const deviation = w.node('Sqrt', [
    w.node('Add', [variance, w.scalar('float64', attributes['epsilon'] as number)]),
  ]);
  const inverse = w.node('Reciprocal', [deviation], { outputs: [statistics.at(-1)!] });
  const scaled = w.node('Mul', [w.node('Mul', [moved, inverse]), scale!], bias ? {} : { outputs: [y!] });
  if (bias) w.node('Add', [scaled, bias], { outputs: [y!] });
};

/** How each operation becomes ONNX nodes. */
const lowerings: Readonly<Record<string, Lowering>> = {
  add: direct('Add'),
  sub: direct('Sub'),
  mul: direct('Mul'),
  div: direct('Div'),
  neg: direct('Neg'),
  exp: direct('Exp'),
  log: direct('Log'),
  sqrt: direct('Sqrt'),
  tanh: direct('Tanh'),
  sigmoid: direct('Sigmoid'),
  erf: viaFloat32('Erf'),
  gelu: viaFloat32('Gelu', MICROSOFT),
  geluTanh: (w, { inputs, outputs }) =>
    w.node('Gelu', names(w, inputs), { attributes: { approximate: 'tanh' }, outputs: names(w, outputs) }),
  quickGelu: (w, { inputs: [x], outputs }) => {
    const scaled = w.node('Mul', [w.nameOf(x!), w.scalar(x!.dtype, 1.702)]);
    w.node('Mul', [w.nameOf(x!), w.node('Sigmoid', [scaled])], { outputs: names(w, outputs) });
  },
  silu: (w, { inputs: [x], outputs }) => {
    w.node('Mul', [w.nameOf(x!), w.node('Sigmoid', [w.nameOf(x!)])], { outputs: names(w, outputs) });
  },
  matMul: lowerMatMul,
  reshape: withShape('Reshape'),
  broadcastTo: withShape('Expand'),
  transpose: (w, node) =>
    w.node('Transpose', names(w, node.inputs), {
      attributes: { perm: ints(node, 'permutation') },
      outputs: names(w, node.outputs),
    }),
  slice: (w, node) => {
    const starts = ints(node, 'starts');
    const ends = starts.map((start, axis) => start + ints(node, 'sizes')[axis]!);
    w.node('Slice', [w.nameOf(node.inputs[0]!), w.int64(starts), w.int64(ends)], {
      outputs: names(w, node.outputs),
    });
  },
  pad: (w, node) =>
    w.node('Pad', [w.nameOf(node.inputs[0]!), w.int64([...ints(node, 'before'), ...ints(node, 'after')])], {
      outputs: names(w, node.outputs),
    }),
  concat: (w, node) =>
    w.node('Concat', names(w, node.inputs), {
      attributes: { axis: node.attributes['axis'] as number },
      outputs: names(w, node.outputs),
    }),
  sum: reduction('ReduceSum'),
  max: reduction('ReduceMax'),
  softmax: direct('Softmax', { axis: -1 }),
  logSoftmax: direct('LogSoftmax', { axis: -1 }),
  layerNorm: (w, node) =>
    isDouble(node) ? composeNorm(w, node, true) : fusedNorm('LayerNormalization')(w, node),
  rmsNorm: (w, node) =>
    isDouble(node) ? composeNorm(w, node, false) : fusedNorm('SimplifiedLayerNormalization')(w, node),
  gatherRows: direct('Gather', { axis: 0 }),
  scatterAddRows: lowerScatterAddRows,
  crossEntropy: lowerCrossEntropy,
  crossEntropyGradient: lowerCrossEntropyGradient,
  rotary: lowerRotary,
  where: direct('Where'),
  equal: direct('Equal'),
  greater: direct('Greater'),
  cast: (w, node) =>
    w.node('Cast', names(w, node.inputs), {
      attributes: { to: ELEMENT[node.attributes['dtype'] as DType] },
      outputs: names(w, node.outputs),
    }),
  stopGradient: direct('Identity'),
};

/** The graph as the bytes of an ONNX model; inputs and outputs keep their names. */
export function toOnnx(graph: Graph): Uint8Array {
  const writer = new OnnxWriter();
  for (const node of liveNodes(graph)) {
    if (node.op === 'input') continue;
    if (node.op === 'constant') {
      const { dtype, shape, data } = graph.constants.get(node.id)!;
      writer.node('Identity', [writer.constant(dtype, shape, data)], {
        outputs: [writer.nameOf(node.outputs[0]!)],
      });
      continue;
    }
    const lower = lowerings[node.op];
    if (!lower) throw new Error(`The ONNX executor has no lowering for "${node.op}".`);
    lower(writer, node);
  }
  for (const [name, value] of graph.outputs)
    writer.node('Identity', [writer.nameOf(value)], { outputs: [`out.${name}`] });
  const { nodes, initializers } = writer;
  return encodeModel({
    nodes,
    initializers,
    inputs: [...graph.inputs].map(([name, { dtype, shape }]) => ({ name, element: dtype, shape })),
    outputs: [...graph.outputs].map(([name, { dtype, shape }]) => ({
      name: `out.${name}`,
      element: dtype,
      shape,
    })),
  });
}
