import type { Value } from '../graph.js';
import { sizeOf } from '../tensor-data.js';
import { names, type Lowering } from './lowering.js';
import type { OnnxWriter } from './writer.js';

/** Labels as indices (0 where there is no target) and whether there is one. */
const safeLabels = (w: OnnxWriter, labels: string, rows: number): { index: string; isTarget: string } => {
  const zero = w.scalar('int32', 0);
  const isTarget = w.node('GreaterOrEqual', [labels, zero]);
  const index = w.node('Reshape', [w.node('Where', [isTarget, labels, zero]), w.int64([rows, 1])]);
  return { index, isTarget };
};

export const lowerCrossEntropy: Lowering = (w, { inputs, outputs }) => {
  const [logits, labels] = names(w, inputs);
  const [loss, logProbabilities] = names(w, outputs);
  const rows = inputs[0]!.shape[0]!;
  const { index, isTarget } = safeLabels(w, labels!, rows);
  w.node('LogSoftmax', [logits!], { attributes: { axis: -1 }, outputs: [logProbabilities!] });
  const picked = w.node('GatherElements', [logProbabilities!, index], { attributes: { axis: 1 } });
  const negative = w.node('Neg', [w.node('Reshape', [picked, w.int64([rows])])]);
  w.node('Where', [isTarget, negative, w.scalar(outputs[0]!.dtype, 0)], { outputs: [loss!] });
};

export const lowerCrossEntropyGradient: Lowering = (w, { inputs, outputs }) => {
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

/** ScatterElements adds in the order of its indices; ScatterND is a data race between threads. */
export const lowerScatterAddRows: Lowering = (w, { inputs, outputs }) => {
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
