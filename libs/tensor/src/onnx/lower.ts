import type { Graph } from '../graph.js';
import { liveNodes } from '../live-nodes.js';
import type { DType } from '../tensor-data.js';
import { lowerGelu, lowerGeluTanh, lowerNorm, lowerRotary, lowerSigmoidGated } from './lower-fused.js';
import { lowerMatMul, lowerProductWithSum } from './lower-products.js';
import { lowerCrossEntropy, lowerCrossEntropyGradient, lowerScatterAddRows } from './lower-rows.js';
import { direct, float32Only, ints, names, type Lowering } from './lowering.js';
import { ELEMENT, encodeModel } from './proto.js';
import { countUses, productsWithSum } from './uses.js';
import { OnnxWriter } from './writer.js';

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
  erf: (w, node) =>
    float32Only(w, node, w.nameOf(node.inputs[0]!), w.nameOf(node.outputs[0]!), (x) => w.node('Erf', [x])),
  gelu: lowerGelu,
  geluTanh: lowerGeluTanh,
  quickGelu: lowerSigmoidGated(1.702),
  silu: lowerSigmoidGated(1),
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
  mean: reduction('ReduceMean'),
  max: reduction('ReduceMax'),
  softmax: direct('Softmax', { axis: -1 }),
  logSoftmax: direct('LogSoftmax', { axis: -1 }),
  layerNorm: lowerNorm('LayerNormalization'),
  rmsNorm: lowerNorm('SimplifiedLayerNormalization'),
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
  const nodes = liveNodes(graph);
  const uses = countUses(nodes, graph.outputs.values());
  const sums = productsWithSum(nodes, uses);
  const absorbed = new Set([...sums.values()].map(({ product }) => product));
  for (const node of nodes) {
    if (node.op === 'input' || absorbed.has(node)) continue;
    const sum = sums.get(node);
    if (sum) {
      lowerProductWithSum(writer, sum, node);
    } else if (node.op === 'constant') {
      const { dtype, shape, data } = graph.constants.get(node.id)!;
      writer.alias(node.outputs[0]!, writer.constant(dtype, shape, data));
    } else {
      const lower = lowerings[node.op];
      if (!lower) throw new Error(`The ONNX executor has no lowering for "${node.op}".`);
      lower(writer, node, uses);
    }
  }
  for (const [name, value] of graph.outputs)
    writer.node('Identity', [writer.nameOf(value)], { outputs: [`out.${name}`] });
  return encodeModel({
    nodes: writer.nodes,
    initializers: writer.initializers,
    inputs: [...graph.inputs].map(([name, { dtype, shape }]) => ({ name, element: dtype, shape })),
    outputs: [...graph.outputs].map(([name, { dtype, shape }]) => ({
      name: `out.${name}`,
      element: dtype,
      shape,
    })),
  });
}
