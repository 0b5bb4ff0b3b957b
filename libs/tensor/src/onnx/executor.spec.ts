import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { opCases } from '../../test/op-cases.js';
import { smallGpt } from '../../test/small-gpt.js';
import {
  add,
  createExecutor,
  Graph,
  gradients,
  mul,
  scatterAddRows,
  sizeOf,
  sum,
  tensor,
  zeros,
  type Tensors,
} from '../index.js';

const executor = await createExecutor('onnx');
afterAll(() => executor.dispose());

const runOnce = async (graph: Graph, feeds: Tensors): Promise<Tensors> => {
  const program = await executor.compile(graph);
  const results = await program.run(feeds);
  await program.dispose();
  return results;
};

describe('a graph without gradients, where more is fused, gives the same results', () => {
  it.each(opCases)('$name', async ({ shapes, build, range = [-1.5, 1.5] }) => {
    const random = xoroshiro128plus(3);
    const feeds = Object.fromEntries(
      shapes.map((shape, i) => {
        const draw = (): number => range[0] + (range[1] - range[0]) * uniformFloat64(random);
        return [`x${i}`, tensor(Array.from({ length: sizeOf(shape) }, draw), shape)];
      }),
    );
    const [alone, trained] = await Promise.all(
      [false, true].map((isTrained) => {
        const graph = new Graph();
        const inputs = shapes.map((shape, i) => graph.input(`x${i}`, shape));
        const y = build(inputs, graph);
        graph.setOutput('y', y);
        if (isTrained) {
          const loss = sum(mul(y, y), [...y.shape.keys()]);
          gradients(loss, inputs).forEach((gradient, i) => graph.setOutput(`g${i}`, gradient));
        }
        return runOnce(graph, feeds);
      }),
    );
    alone!['y']!.data.forEach((value, i) => {
      expect(Math.abs(value - trained!['y']!.data[i]!)).toBeLessThan(1e-6 * (1 + Math.abs(value)));
    });
  });
});

describe('a run', () => {
  it('writes into given arrays, returns new ones for the rest, and reads feeds in place', async () => {
    const graph = new Graph();
    const x = graph.input('x', [2]);
    graph.setOutput('double', mul(x, 2));
    graph.setOutput('next', add(x, 1));
    const program = await executor.compile(graph);
    const feed = tensor([1, 2], [2]);
    const double = zeros([2]);
    const first = await program.run({ x: feed }, { double });
    expect(first['double']).toBe(double);
    expect([...double.data, ...first['next']!.data]).toEqual([2, 4, 2, 3]);
    feed.data[0] = 10;
    const second = await program.run({ x: feed }, { double });
    expect([...double.data, ...second['next']!.data]).toEqual([20, 4, 11, 3]);
    expect([...first['next']!.data]).toEqual([2, 3]);
    await program.dispose();
  });

  it('gives inputs, constants and one value under several names as outputs', async () => {
    const graph = new Graph();
    const x = graph.input('x', [2]);
    const y = mul(x, 2);
    graph.setOutput('same', x);
    graph.setOutput('constant', graph.constant(tensor([7], [1])));
    graph.setOutput('y', y);
    graph.setOutput('again', y);
    const results = await runOnce(graph, { x: tensor([1, 2], [2]) });
    const data = Object.fromEntries(Object.entries(results).map(([name, value]) => [name, [...value.data]]));
    expect(data).toEqual({ same: [1, 2], constant: [7], y: [2, 4], again: [2, 4] });
  });

  it('names an input that is missing, of another size or type', async () => {
    const graph = new Graph();
    graph.setOutput('y', mul(graph.input('x', [2]), 2));
    await expect(runOnce(graph, {})).rejects.toThrow('input "x" needs float32 [2], got nothing');
    await expect(runOnce(graph, { x: zeros([3]) })).rejects.toThrow('got float32 [3]');
    await expect(runOnce(graph, { x: zeros([2], 'int32') })).rejects.toThrow('got int32 [2]');
  });

  it('names a given array that does not fit its output', async () => {
    const graph = new Graph();
    graph.setOutput('y', mul(graph.input('x', [2]), 2));
    const program = await executor.compile(graph);
    const into = { y: zeros([3]) };
    await expect(program.run({ x: zeros([2]) }, into)).rejects.toThrow(
      'output "y" needs float32 [2], got float32 [3]',
    );
    await program.dispose();
  });
});

it('adds rows in the order of their indices on several threads: the same bits every time', async () => {
  const threaded = await createExecutor('onnx', { threads: 4 });
  const random = xoroshiro128plus(5);
  const [count, width, rows] = [4096, 32, 16];
  const graph = new Graph();
  const indices = graph.input('indices', [count], 'int32');
  graph.setOutput('table', scatterAddRows(indices, graph.input('rows', [count, width]), rows));
  const feeds = {
    indices: tensor(
      Array.from({ length: count }, () => Math.floor(rows * uniformFloat64(random))),
      [count],
      'int32',
    ),
    rows: tensor(
      Array.from({ length: count * width }, () => uniformFloat64(random) - 0.5),
      [count, width],
    ),
  };
  const expected = new Float32Array(rows * width);
  feeds.indices.data.forEach((row, i) => {
    for (let j = 0; j < width; j += 1) expected[row * width + j]! += feeds.rows.data[i * width + j]!;
  });
  const program = await threaded.compile(graph);
  for (let round = 0; round < 20; round += 1) {
    expect((await program.run(feeds))['table']!.data).toEqual(expected);
  }
  await program.dispose();
  await threaded.dispose();
});

describe('training a two-layer GPT', () => {
  const setUp = async () => {
    const { graph, feeds, parameters } = smallGpt(11);
    const into = Object.fromEntries([...graph.outputs].map(([name, { shape }]) => [name, zeros(shape)]));
    const program = await executor.compile(graph);
    /** One step of plain gradient descent; the loss before it. */
    const step = async (): Promise<number> => {
      await program.run({ ...feeds, ...parameters }, into);
      for (const [name, { data }] of Object.entries(parameters)) {
        const gradient = into[name]!.data;
        for (let i = 0; i < data.length; i += 1) data[i]! -= 0.2 * gradient[i]!;
      }
      return into['loss']!.data[0]!;
    };
    return { parameters, program, step };
  };

  it('learns in 50 steps, to the same bits each time', async () => {
    const train = async () => {
      const { parameters, program, step } = await setUp();
      const losses: number[] = [];
      for (let i = 0; i < 50; i += 1) losses.push(await step());
      await program.dispose();
      return { losses, parameters };
    };
    const first = await train();
    expect(first.losses[0]).toBeGreaterThan(0.9 * Math.log(24));
    expect(first.losses.at(-1)).toBeLessThan(0.5 * first.losses[0]!);
    expect(await train()).toEqual(first);
  });

  it('keeps memory flat over 1,000 steps', async () => {
    const { program, step } = await setUp();
    // One step's weights are 0.1 MiB and its results are as much again: a lost step would show as 100 MiB.
    const settled = async (): Promise<{ resident: number; arrays: number }> => {
      // Arrays are released by finalisers, which run between turns of the event loop.
      for (let round = 0; round < 3; round += 1) {
        globalThis.gc!();
        await setTimeout(10);
      }
      const { rss, arrayBuffers } = process.memoryUsage();
      return { resident: rss / 2 ** 20, arrays: arrayBuffers / 2 ** 20 };
    };
    for (let i = 0; i < 100; i += 1) await step();
    const before = await settled();
    for (let i = 0; i < 1000; i += 1) await step();
    const after = await settled();
    await program.dispose();
    expect(after.arrays - before.arrays).toBeLessThan(0.1);
    expect(after.resident - before.resident).toBeLessThan(50);
  }, 120_000);
});
