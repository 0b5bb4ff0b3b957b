import { memory } from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from '@jest/globals';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { opCases } from '../../test/op-cases.js';
import { tinyTransformer } from '../../test/tiny-transformer.js';
import { createExecutor } from '../create-executor.js';
import { gradients } from '../differentiate.js';
import type { Executor, Tensors } from '../executor.js';
import { Graph } from '../graph.js';
import { mul } from '../ops/elementwise.js';
import { sum } from '../ops/reduce.js';
import { cast, equal } from '../ops/select.js';
import { sizeOf, type TensorData } from '../tensor-data.js';

const onnx = await createExecutor('onnx');
const others = [await createExecutor('cpu'), await createExecutor('wasm')];
afterAll(() => Promise.all([onnx, ...others].map((executor) => executor.dispose())));

const floats = (shape: readonly number[], draw: () => number): TensorData => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from({ length: sizeOf(shape) }, draw),
});

async function runOn(executor: Executor, graph: Graph, feeds: Tensors): Promise<Tensors> {
  const program = await executor.compile(graph);
  try {
    return await program.run(feeds);
  } finally {
    await program.dispose();
  }
}

function expectClose(actual: Tensors, expected: Tensors, tolerance: number): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, { shape, dtype, data }] of Object.entries(expected)) {
    expect([actual[name]!.shape, actual[name]!.dtype]).toEqual([shape, dtype]);
    let worst = 0;
    data.forEach((value, i) => {
      worst = Math.max(worst, Math.abs(actual[name]!.data[i]! - value) / (1 + Math.abs(value)));
    });
    expect({ name, isClose: worst <= tolerance, worst }).toMatchObject({ isClose: true });
  }
}

describe.each(others)('$backend equals ONNX Runtime', (executor) => {
  it.each(opCases)('$name, forward and gradient', async ({ shapes, build, range = [-1.5, 1.5] }) => {
    const random = xoroshiro128plus(7);
    const draw = (low: number, high: number) => () => low + (high - low) * uniformFloat64(random);
    const graph = new Graph();
    const inputs = shapes.map((shape, i) => graph.input(`x${i}`, shape));
    const y = build(inputs, graph);
    const weighted = mul(y, graph.constant(floats(y.shape, draw(-1, 1))));
    const loss = sum(weighted, [...weighted.shape.keys()]);
    graph.setOutput('y', y);
    gradients(loss, inputs).forEach((gradient, i) => graph.setOutput(`g${i}`, gradient));
    const feeds = Object.fromEntries(shapes.map((shape, i) => [`x${i}`, floats(shape, draw(...range))]));
    const before = memory().numTensors;
    expectClose(await runOn(executor, graph, feeds), await runOn(onnx, graph, feeds), 3e-6);
    expect(memory().numTensors).toBe(before);
  });

  it('comparison and casts', async () => {
    const graph = new Graph();
    const ids = graph.input('ids', [2, 3], 'int32');
    graph.setOutput('isTwo', equal(ids, 2));
    graph.setOutput('asFloat', cast(equal(ids, 2), 'float32'));
    graph.setOutput('asInt', cast(cast(ids, 'float32'), 'int32'));
    const feeds: Tensors = { ids: { dtype: 'int32', shape: [2, 3], data: Int32Array.of(1, 2, 3, 2, 0, -2) } };
    const results = await runOn(executor, graph, feeds);
    expectClose(results, await runOn(onnx, graph, feeds), 0);
    expect([...results['isTwo']!.data]).toEqual([0, 1, 0, 1, 0, 0]);
  });

  it('trains a small transformer along the same losses, with a flat number of tensors', async () => {
    const { graph, feeds, parameters } = tinyTransformer();
    const reference = await train(onnx, graph, feeds, parameters);
    const { losses, weights, tensorCounts } = await train(executor, graph, feeds, parameters);
    losses.forEach((loss, step) => expect(loss).toBeCloseTo(reference.losses[step]!, 4));
    expect(losses.at(-1)!).toBeLessThan(losses[0]! * 0.7);
    expectClose(weights, reference.weights, 1e-4);
    expect(new Set(tensorCounts).size).toBe(1);
  });

  it('gives the same bits again', async () => {
    const { graph, feeds, parameters } = tinyTransformer();
    const [first, second] = [
      await train(executor, graph, feeds, parameters),
      await train(executor, graph, feeds, parameters),
    ];
    expect(second.losses).toEqual(first.losses);
    expect(second.weights).toEqual(first.weights);
  });

  it('an output that is an input is a copy, and given arrays receive results', async () => {
    const graph = new Graph();
    const x = graph.input('x', [2]);
    graph.setOutput('same', x);
    graph.setOutput('double', mul(x, 2));
    const program = await executor.compile(graph);
    const feed = Float32Array.of(1, 2);
    const double = { dtype: 'float32', shape: [2], data: new Float32Array(2) } as const;
    const results = await program.run({ x: { dtype: 'float32', shape: [2], data: feed } }, { double });
    feed[0] = 9;
    expect([...results['same']!.data]).toEqual([1, 2]);
    expect(results['double']).toBe(double);
    expect([...double.data]).toEqual([2, 4]);
    await program.dispose();
  });

  it('names an input that is missing or of another shape', async () => {
    const graph = new Graph();
    graph.setOutput('y', mul(graph.input('x', [2]), 2));
    const before = memory().numTensors;
    await expect(runOn(executor, graph, {})).rejects.toThrow('input "x" needs float32 [2], got nothing');
    const wrong = { x: { dtype: 'float32', shape: [3], data: new Float32Array(3) } } as const;
    await expect(runOn(executor, graph, wrong)).rejects.toThrow('got float32 [3]');
    expect(memory().numTensors).toBe(before);
  });

  it('refuses float64 graphs', async () => {
    const graph = new Graph();
    graph.setOutput('y', mul(graph.input('x', [2], 'float64'), 2));
    await expect(executor.compile(graph)).rejects.toThrow('computes in float32');
  });
});

it('programs on several backends run interleaved', async () => {
  const { graph, feeds, parameters } = tinyTransformer();
  const alone = await Promise.all(
    others.map((executor) => runOn(executor, graph, { ...feeds, ...parameters })),
  );
  const programs = await Promise.all(others.map((executor) => executor.compile(graph)));
  for (let round = 0; round < 2; round += 1) {
    const together = await Promise.all(programs.map((program) => program.run({ ...feeds, ...parameters })));
    expect(together).toEqual(alone);
  }
  await Promise.all(programs.map((program) => program.dispose()));
});

it.each(['tensorflow', 'tensorflow-gpu', 'webgpu'] as const)(
  '%s says what it needs where it is absent',
  async (name) => {
    await expect(createExecutor(name)).rejects.toMatchObject({
      code: 'BACKEND_NOT_AVAILABLE',
      path: 'ABLATE_BACKEND',
      value: name,
    });
  },
);

/** Plain gradient descent on copies of the parameters. */
async function train(
  executor: Executor,
  graph: Graph,
  feeds: Tensors,
  parameters: Tensors,
): Promise<{ losses: number[]; weights: Tensors; tensorCounts: number[] }> {
  const weights = Object.fromEntries(
    Object.entries(parameters).map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]),
  );
  const program = await executor.compile(graph);
  const losses: number[] = [];
  const tensorCounts: number[] = [];
  for (let step = 0; step < 8; step += 1) {
    const results = await program.run({ ...feeds, ...weights });
    losses.push(results['loss']!.data[0]!);
    for (const [name, { data }] of Object.entries(weights)) {
      results[`gradient.${name}`]!.data.forEach((value, i) => (data[i]! -= 0.5 * value));
    }
    tensorCounts.push(memory().numTensors);
  }
  await program.dispose();
  return { losses, weights, tensorCounts };
}
