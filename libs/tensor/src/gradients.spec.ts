import { afterAll, describe, expect, it } from '@jest/globals';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { opCases, type OpCase } from '../test/op-cases.js';
import {
  createExecutor,
  Graph,
  gradients,
  mul,
  sizeOf,
  sum,
  type DType,
  type Tensors,
  type TensorData,
} from './index.js';

const executor = await createExecutor('onnx');
afterAll(() => executor.dispose());

const floats = (dtype: DType, values: number[]): TensorData['data'] =>
  dtype === 'float64' ? Float64Array.from(values) : Float32Array.from(values);

/** Loss = sum(weights * op(inputs)) with fixed random weights, so that every output element counts differently. */
async function check(
  { shapes, build, range = [-1.5, 1.5] }: OpCase,
  dtype: DType,
): Promise<{ analytic: number[]; numeric: number[] }> {
  const random = xoroshiro128plus(42);
  const draw = (low: number, high: number): number => low + (high - low) * uniformFloat64(random);
  const graph = new Graph();
  const inputs = shapes.map((shape, i) => graph.input(`x${i}`, shape, dtype));
  const y = build(inputs, graph);
  const weights = graph.constant({
    dtype,
    shape: y.shape,
    data: floats(
      dtype,
      Array.from({ length: sizeOf(y.shape) }, () => draw(-1, 1)),
    ),
  });
  const weighted = mul(y, weights);
  const loss = sum(
    weighted,
    weighted.shape.map((_, axis) => axis),
  );
  graph.setOutput('loss', loss);
  gradients(loss, inputs).forEach((gradient, i) => graph.setOutput(`g${i}`, gradient));
  const program = await executor.compile(graph);
  const feeds = Object.fromEntries(
    shapes.map((shape, i) => [
      `x${i}`,
      {
        dtype,
        shape,
        data: floats(
          dtype,
          Array.from({ length: sizeOf(shape) }, () => draw(...range)),
        ),
      },
    ]),
  ) satisfies Tensors;
  const base = await program.run(feeds);
  const step = dtype === 'float64' ? 1e-5 : 1e-2;
  const analytic: number[] = [];
  const numeric: number[] = [];
  for (let i = 0; i < shapes.length; i += 1) {
    expect(base[`g${i}`]!.shape).toEqual(shapes[i]);
    const data = feeds[`x${i}`]!.data;
    for (let j = 0; j < data.length; j += 1) {
      const kept = data[j]!;
      const at = async (value: number): Promise<number> => {
        data[j] = value;
        return (await program.run(feeds))['loss']!.data[0]!;
      };
      numeric.push(((await at(kept + step)) - (await at(kept - step))) / (2 * step));
      data[j] = kept;
      analytic.push(base[`g${i}`]!.data[j]!);
    }
  }
  await program.dispose();
  return { analytic, numeric };
}

describe('gradients equal finite differences', () => {
  for (const opCase of opCases) {
    const dtype: DType = opCase.float32Only ? 'float32' : 'float64';
    it(`${opCase.name} (${dtype})`, async () => {
      if (opCase.name.startsWith('max as')) return expectShift(opCase);
      const { analytic, numeric } = await check(opCase, dtype);
      const tolerance = dtype === 'float64' ? 1e-6 : 2e-3;
      analytic.forEach((value, i) =>
        expect(Math.abs(value - numeric[i]!)).toBeLessThan(tolerance * (1 + Math.abs(numeric[i]!))),
      );
    });
  }
});

/** max is a constant for differentiation: d sum(w exp(x - max)) / dx = w exp(x - max), element by element. */
async function expectShift(opCase: OpCase): Promise<void> {
  const { analytic } = await check(opCase, 'float64');
  expect(analytic.every(Number.isFinite)).toBe(true);
  expect(analytic.some((value) => value !== 0)).toBe(true);
}
