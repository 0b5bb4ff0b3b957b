import { describe, expect, it } from '@jest/globals';
import {
  add,
  broadcastTo,
  concat,
  crossEntropy,
  equal,
  exp,
  gatherRows,
  Graph,
  gelu,
  layerNorm,
  linear,
  matMul,
  mean,
  pad,
  reshape,
  rotary,
  scatterAddRows,
  slice,
  sum,
  tensor,
  transpose,
  where,
  zeros,
  type DType,
  type Shape,
  type Value,
} from '../index.js';

type Input = (shape: Shape, dtype?: DType) => Value;
const inOneGraph = (build: (input: Input) => Value): Value => {
  const graph = new Graph();
  let count = 0;
  return build((shape, dtype) => graph.input(`x${(count += 1)}`, shape, dtype));
};

describe('shape rules', () => {
  const cases: readonly [string, (input: Input) => Value, Shape][] = [
    ['numpy broadcasting', (x) => add(x([4, 1, 3]), x([2, 1])), [4, 2, 3]],
    ['scalar with array', (x) => add(x([]), x([2, 0])), [2, 0]],
    ['linear on any rank', (x) => linear(x([2, 3, 4]), x([5, 4]), x([5])), [2, 3, 5]],
    ['batched product', (x) => matMul(x([2, 4, 3]), x([2, 4, 5]), { transposeA: true }), [2, 3, 5]],
    ['one unknown length', (x) => reshape(x([2, 6]), [-1, 3]), [4, 3]],
    ['transpose', (x) => transpose(x([2, 3, 4]), [2, 0, 1]), [4, 2, 3]],
    ['negative axes', (x) => sum(x([2, 3, 4]), [-1, 0]), [3]],
    ['kept axes', (x) => mean(x([2, 3, 4]), [1], { keepDims: true }), [2, 1, 4]],
    ['rows of indices of any rank', (x) => gatherRows(x([9, 4]), x([2, 3], 'int32')), [2, 3, 4]],
    ['rows added up', (x) => scatterAddRows(x([2, 3], 'int32'), x([2, 3, 4]), 9), [9, 4]],
    ['loss of rows', (x) => crossEntropy(x([6, 9]), x([6], 'int32')), [6]],
    ['concat', (x) => concat([x([2, 3]), x([2, 1])], 1), [2, 4]],
    ['pad', (x) => pad(x([2, 3]), [1, 0], [0, 2]), [3, 5]],
  ];
  it.each(cases)('%s', (_, build, shape) => {
    expect(inOneGraph(build).shape).toEqual(shape);
  });

  it('moving nothing is no node', () => {
    const graph = new Graph();
    const x = graph.input('x', [2, 3]);
    const same = [
      reshape(x, [2, 3]),
      reshape(reshape(x, [6]), [2, 3]),
      transpose(x, [0, 1]),
      slice(x, [0, 0], [2, 3]),
      pad(x, [0, 0], [0, 0]),
      concat([x], 0),
      broadcastTo(x, [2, 3]),
      sum(x, []),
    ];
    expect(same.every((value) => value === x)).toBe(true);
  });
});

describe('a graph that breaks a shape rule says which', () => {
  const cases: readonly [string, (input: Input) => Value, string][] = [
    ['broadcast', (x) => add(x([2, 3]), x([2])), 'add: [2, 3] and [2] do not broadcast'],
    ['element types', (x) => add(x([2]), x([2], 'int32')), 'add: float32 with int32'],
    ['exp of integers', (x) => exp(x([2], 'int32')), 'exp: needs a float'],
    ['gelu of integers', (x) => gelu(x([2], 'int32')), 'gelu: needs a float'],
    ['product', (x) => matMul(x([2, 3]), x([4, 5])), 'matMul: [2, 3] by [4, 5]'],
    ['batched product', (x) => matMul(x([2, 2, 3]), x([3, 3, 4])), 'matMul: [2, 2, 3] by [3, 3, 4]'],
    ['reshape', (x) => reshape(x([2, 3]), [4, -1]), 'reshape: [2, 3]'],
    ['transpose', (x) => transpose(x([2, 3]), [0, 0]), 'transpose: [0, 0] is no permutation'],
    ['slice', (x) => slice(x([2, 3]), [0, 2], [2, 2]), 'slice: axis 1: 2 + 2 is outside 3'],
    ['axis', (x) => sum(x([2, 3]), [2]), 'sum: no axis 2 in rank 2'],
    ['repeated axis', (x) => sum(x([2, 3]), [1, -1]), 'sum: axis 1 is named twice'],
    ['concat', (x) => concat([x([2, 3]), x([3, 3])], 1), 'concat: [3, 3] does not join [2, 3]'],
    ['broadcastTo', (x) => broadcastTo(x([2]), [2, 3]), 'broadcastTo: [2] does not broadcast'],
    ['norm', (x) => layerNorm(x([2, 3]), x([2]), null, 1e-5), 'layerNorm: scale [2] for [2, 3]'],
    ['norm bias', (x) => layerNorm(x([2, 3]), x([3]), x([2]), 1e-5), 'layerNorm: bias [2] for [2, 3]'],
    ['indices', (x) => gatherRows(x([4, 2]), x([3])), 'gatherRows: a table of rank 2 and int32 indices'],
    ['rows', (x) => scatterAddRows(x([3], 'int32'), x([2, 4]), 9), 'scatterAddRows: indices [3]'],
    ['labels', (x) => crossEntropy(x([4, 9]), x([3], 'int32')), 'crossEntropy: logits [4, 9]'],
    ['rotary', (x) => rotary(x([1, 2, 3, 4]), x([3, 3]), x([3, 3])), 'rotary: x [1, 2, 3, 4]'],
    ['condition', (x) => where(x([2]), x([2]), x([2])), 'where: float32'],
    ['comparison', (x) => equal(x([2]), x([2], 'int32')), 'equal: float32 with int32'],
  ];
  it.each(cases)('%s', (_, build, message) => {
    expect(() => inOneGraph(build)).toThrow(message);
  });

  it('names are declared once, and values stay in their graph', () => {
    const graph = new Graph();
    const x = graph.input('x', [2]);
    graph.setOutput('y', x);
    expect(() => graph.input('x', [2])).toThrow('already has an input named "x"');
    expect(() => graph.setOutput('y', x)).toThrow('already has an output named "y"');
    expect(() => add(x, new Graph().input('x', [2]))).toThrow('another graph');
    expect(() => graph.constant({ dtype: 'float32', shape: [2], data: Float32Array.of(1) })).toThrow(
      'does not hold 1',
    );
  });
});

describe('host arrays', () => {
  it('hold numbers in the array of their element type, without a copy where it is one', () => {
    const data = Float32Array.of(1, 2);
    expect(tensor(data, [2]).data).toBe(data);
    expect(tensor([1.5, 2], [2, 1], 'float64')).toEqual({
      dtype: 'float64',
      shape: [2, 1],
      data: Float64Array.of(1.5, 2),
    });
    expect(tensor([1, 0], [2], 'bool').data).toEqual(Uint8Array.of(1, 0));
    expect(zeros([2, 3], 'int32').data).toEqual(new Int32Array(6));
    expect(() => tensor([1, 2], [3])).toThrow('shape [3] does not hold 2 elements');
  });
});
