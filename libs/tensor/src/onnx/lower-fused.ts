import type { Node } from '../graph.js';
import { float32Only, isDouble, MICROSOFT, names, type Lowering } from './lowering.js';
import type { OnnxWriter } from './writer.js';

/** One fused kernel, unless the gradient needs Phi(x): HardSigmoid is clip(x / 2 + 1 / 2, 0, 1), and erf lies in [-1, 1]. */
export const lowerGelu: Lowering = (w, node, uses) => {
  const [x] = names(w, node.inputs);
  const [y, cdf] = names(w, node.outputs);
  if (!uses.has(node.outputs[1]!)) {
    float32Only(w, node, x!, y!, (value) => w.node('Gelu', [value], { domain: MICROSOFT }));
    return;
  }
  float32Only(w, node, x!, cdf!, (value) => {
    const erf = w.node('Erf', [w.node('Mul', [value, w.scalar('float32', Math.SQRT1_2)])]);
    return w.node('HardSigmoid', [erf], { attributes: { alpha: { float: 0.5 }, beta: { float: 0.5 } } });
  });
  w.node('Mul', [x!, cdf!], { outputs: [y!] });
};

/** The fused kernel; float64, which it lacks, composes 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). */
export const lowerGeluTanh: Lowering = (w, node) => {
  const [x] = names(w, node.inputs);
  const outputs = names(w, node.outputs);
  if (!isDouble(node)) {
    w.node('Gelu', [x!], { attributes: { approximate: 'tanh' }, outputs });
    return;
  }
  const constant = (value: number): string => w.scalar('float64', value);
  const cubic = w.node('Mul', [w.node('Mul', [w.node('Mul', [x!, x!]), x!]), constant(0.044715)]);
  const inner = w.node('Mul', [w.node('Add', [x!, cubic]), constant(Math.sqrt(2 / Math.PI))]);
  const gate = w.node('Mul', [w.node('Add', [w.node('Tanh', [inner]), constant(1)]), constant(0.5)]);
  w.node('Mul', [x!, gate], { outputs });
};

/** x sigmoid(slope x); the gradient's own sigmoid is the same node after common subexpressions are merged. */
export const lowerSigmoidGated =
  (slope: number): Lowering =>
  (w, { inputs: [x], outputs }) => {
    const name = w.nameOf(x!);
    const scaled = slope === 1 ? name : w.node('Mul', [name, w.scalar(x!.dtype, slope)]);
    w.node('Mul', [name, w.node('Sigmoid', [scaled])], { outputs: names(w, outputs) });
  };

/** The fused kernel gives the statistics too, in float32: float64 composes them. */
export const lowerNorm =
  (opType: 'LayerNormalization' | 'SimplifiedLayerNormalization'): Lowering =>
  (w, node) => {
    if (isDouble(node)) {
      composeNorm(w, node, opType === 'LayerNormalization');
      return;
    }
    const { inputs, outputs, attributes } = node;
    w.node(opType, names(w, inputs), {
      attributes: { axis: -1, epsilon: { float: attributes['epsilon'] as number } },
      outputs: names(w, outputs),
    });
  };

function composeNorm(w: OnnxWriter, { inputs, outputs, attributes }: Node, isCentred: boolean): void {
  const [x, scale, bias] = names(w, inputs);
  const [y, ...statistics] = names(w, outputs);
  const average = (value: string, outputName: readonly string[]): string =>
    w.node('ReduceMean', [value, w.int64([-1])], {
      attributes: { keepdims: 1 },
      ...(outputName.length > 0 ? { outputs: outputName } : {}),
    });
  const moved = isCentred ? w.node('Sub', [x!, average(x!, statistics.slice(0, 1))]) : x!;
  const variance = average(w.node('Mul', [moved, moved]), []);
  const deviation = w.node('Sqrt', [
    w.node('Add', [variance, w.scalar('float64', attributes['epsilon'] as number)]),
  ]);
  const inverse = w.node('Reciprocal', [deviation], { outputs: [statistics.at(-1)!] });
  const scaled = w.node('Mul', [w.node('Mul', [moved, inverse]), scale!], bias ? {} : { outputs: [y!] });
  if (bias) w.node('Add', [scaled, bias], { outputs: [y!] });
}

/** The fused kernel (positions count from 0: row i of the tables belongs to position i); float64 composes it. */
export const lowerRotary: Lowering = (w, node) => {
  const [x, cos, sin] = names(w, node.inputs);
  const outputs = names(w, node.outputs);
  const [, heads, , channels] = node.inputs[0]!.shape;
  const half = node.inputs[1]!.shape[1]!;
  if (!isDouble(node)) {
    const rotated = 2 * half === channels ? 0 : 2 * half;
    w.node('RotaryEmbedding', [x!, w.int64([0]), cos!, sin!], {
      domain: MICROSOFT,
      attributes: { interleaved: 0, num_heads: heads!, rotary_embedding_dim: rotated },
      outputs,
    });
    return;
  }
  const cut = (from: number, to: number): string =>
    w.node('Slice', [x!, w.int64([from]), w.int64([to]), w.int64([3])]);
  const [first, second] = [cut(0, half), cut(half, 2 * half)];
  const turned = [
    w.node('Sub', [w.node('Mul', [first, cos!]), w.node('Mul', [second, sin!])]),
    w.node('Add', [w.node('Mul', [second, cos!]), w.node('Mul', [first, sin!])]),
  ];
  if (channels! > 2 * half) turned.push(cut(2 * half, channels!));
  w.node('Concat', turned, { attributes: { axis: 3 }, outputs });
};
