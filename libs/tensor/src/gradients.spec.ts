import { afterAll, describe, expect, it } from '@jest/globals';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { opCases, type OpCase } from '../test/op-cases.js';
import {
  add,
  createExecutor,
  exp,
  Graph,
  gradients,
  max,
  mul,
  sizeOf,
  sub,
  sum,
  tensor,
  type DType,
  type Program,
  type Tensors,
  type Value,
} from './index.js';

const executor = await createExecutor('onnx');
afterAll(() => executor.dispose());

const total = (x: Value): Value => sum(x, [...x.shape.keys()]);

/** Loss = sum(weights * op(inputs)) with fixed random weights, so that every output element counts differently. */
async function compile(
  { shapes, build, range = [-1.5, 1.5] }: OpCase,
  dtype: DType,
): Promise<{ program: Program; feeds: Tensors }> {
  const random = xoroshiro128plus(42);
  const draws = (length: number, low: number, high: number): number[] =>
    Array.from({ length }, () => low + (high - low) * uniformFloat64(random));
  const feeds = Object.fromEntries(
    shapes.map((shape, i) => [`x${i}`, tensor(draws(sizeOf(shape), ...range), shape, dtype)]),
  );
  const graph = new Graph();
  const inputs = shapes.map((shape, i) => graph.input(`x${i}`, shape, dtype));
  const y = build(inputs, graph);
  const loss = total(mul(y, graph.constant(tensor(draws(sizeOf(y.shape), -1, 1), y.shape, dtype))));
  graph.setOutput('y', y);
  graph.setOutput('loss', loss);
  gradients(loss, inputs).forEach((gradient, i) => graph.setOutput(`g${i}`, gradient));
  return { program: await executor.compile(graph), feeds };
}

/** Central differences of the loss by every input element, the inputs changed in place. */
async function differences(program: Program, feeds: Tensors, step: number): Promise<number[][]> {
  const results: number[][] = [];
  for (const { data } of Object.values(feeds)) {
    const slopes: number[] = [];
    for (let j = 0; j < data.length; j += 1) {
      const kept = data[j]!;
      const at = async (value: number): Promise<number> => {
        data[j] = value;
        return (await program.run(feeds))['loss']!.data[0]!;
      };
      slopes.push(((await at(kept + step)) - (await at(kept - step))) / (2 * step));
      data[j] = kept;
    }
    results.push(slopes);
  }
  return results;
}

/** Largest |actual - expected| / (1 + |expected|). */
const distance = (actual: ArrayLike<number>, expected: ArrayLike<number>): number =>
  Array.from(expected).reduce(
    (worst, value, i) => Math.max(worst, Math.abs(actual[i]! - value) / (1 + Math.abs(value))),
    actual.length === expected.length ? 0 : Infinity,
  );

const hasDifferences = ({ name }: OpCase): boolean => !name.startsWith('max ');

describe('gradients equal central differences', () => {
  it.each(opCases.filter(hasDifferences))('$name', async (opCase) => {
    // Erf exists in float32 only: there rounding limits the differences.
    const [dtype, step, tolerance] = opCase.float32Only
      ? (['float32', 1e-2, 1e-3] as const)
      : (['float64', 1e-5, 1e-8] as const);
    const { program, feeds } = await compile(opCase, dtype);
    const results = await program.run(feeds);
    const numeric = await differences(program, feeds, step);
    opCase.shapes.forEach((shape, i) => {
      expect(results[`g${i}`]).toMatchObject({ shape, dtype });
      expect(distance(results[`g${i}`]!.data, numeric[i]!)).toBeLessThan(tolerance);
    });
    await program.dispose();
  });
});

describe('float32 kernels equal float64', () => {
  it.each(opCases)('$name', async (opCase) => {
    const runs = await Promise.all(
      (['float32', 'float64'] as const).map(async (dtype) => {
        const { program, feeds } = await compile(opCase, dtype);
        const results = await program.run(feeds);
        await program.dispose();
        return results;
      }),
    );
    const [single, double] = runs as [Tensors, Tensors];
    expect(Object.keys(single)).toEqual(Object.keys(double));
    for (const [name, { data }] of Object.entries(double)) {
      expect(distance(single[name]!.data, data)).toBeLessThan(3e-6);
    }
  });
});

describe('gradients', () => {
  const run = async (graph: Graph, feeds: Tensors): Promise<Tensors> => {
    const program = await executor.compile(graph);
    const results = await program.run(feeds);
    await program.dispose();
    return results;
  };

  it('takes the largest element as a constant', async () => {
    const graph = new Graph();
    const x = graph.input('x', [2, 2], 'float64');
    const [gradient] = gradients(total(exp(sub(x, max(x, [1], { keepDims: true })))), [x]);
    graph.setOutput('g', gradient!);
    const { g } = await run(graph, { x: tensor([1, 2, 5, 5], [2, 2], 'float64') });
    expect(distance(g!.data, [Math.exp(-1), 1, 1, 1])).toBeLessThan(1e-12);
  });

  it('is zero for what the loss does not reach, and adds up over several uses', async () => {
    const graph = new Graph();
    const x = graph.input('x', [3]);
    const far = graph.input('far', [2, 2]);
    const label = graph.input('label', []);
    add(far, 1);
    const [gx, gFar, gLabel] = gradients(total(add(mul(x, x), mul(x, 3))), [x, far, label]);
    graph.setOutput('x', gx!);
    graph.setOutput('far', gFar!);
    graph.setOutput('label', gLabel!);
    const results = await run(graph, {
      x: tensor([1, -2, 0.5], [3]),
      far: tensor([1, 2, 3, 4], [2, 2]),
      label: tensor([1], []),
    });
    expect([...results['x']!.data]).toEqual([5, -1, 4]);
    expect([...results['far']!.data]).toEqual([0, 0, 0, 0]);
    expect([...results['label']!.data]).toEqual([0]);
  });

  it('is taken by values inside the graph too', async () => {
    const graph = new Graph();
    const x = graph.input('x', [2]);
    const middle = mul(x, 2);
    const [gMiddle, gx] = gradients(total(mul(middle, middle)), [middle, x]);
    graph.setOutput('middle', gMiddle!);
    graph.setOutput('x', gx!);
    const results = await run(graph, { x: tensor([1, 3], [2]) });
    expect([...results['middle']!.data]).toEqual([4, 12]);
    expect([...results['x']!.data]).toEqual([8, 24]);
  });

  it('needs a scalar loss', () => {
    const graph = new Graph();
    const x = graph.input('x', [2]);
    expect(() => gradients(x, [x])).toThrow('the loss is a scalar, not [2]');
  });
});
