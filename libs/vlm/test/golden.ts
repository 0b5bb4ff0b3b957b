import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import {
  mul,
  openSafetensors,
  sum,
  type Graph,
  type TensorData,
  type Tensors,
  type Value,
} from '@ablate/tensor';

/** Path of a file below `test/fixtures/`. */
export const fixture = (path: string): string => fileURLToPath(new URL(`fixtures/${path}`, import.meta.url));

export const readJson = <T>(path: string): T => JSON.parse(readFileSync(fixture(path), 'utf8')) as T;

/** All tensors of a fixture file. */
export async function readTensors(path: string): Promise<Record<string, TensorData>> {
  const file = await openSafetensors(fixture(path));
  const all: Record<string, TensorData> = {};
  for (const name of file.tensors.keys()) all[name] = await file.read(name);
  await file.close();
  return all;
}

export interface Tolerance {
  readonly abs: number;
  readonly rel: number;
}

/** Largest |value - expected| / (abs + rel |expected|); at most 1 passes. */
export function worstError(actual: TensorData, expected: TensorData, { abs, rel }: Tolerance): number {
  expect(actual.data.length).toBe(expected.data.length);
  let largest = 0;
  expected.data.forEach((wanted, i) => {
    const error = Math.abs(actual.data[i]! - wanted) / (abs + rel * Math.abs(wanted));
    largest = Math.max(largest, Number.isNaN(error) ? Infinity : error);
  });
  return largest;
}

/** Every expected tensor is there and close; a failure names it. */
export function expectClose(
  results: Tensors,
  expected: Readonly<Record<string, TensorData>>,
  tolerance: (name: string) => Tolerance,
): void {
  expect(Object.keys(expected).length).toBeGreaterThan(0);
  for (const [name, wanted] of Object.entries(expected)) {
    const actual = results[name];
    const error = actual ? worstError(actual, wanted, tolerance(name)) : Infinity;
    expect({ name, error, close: error <= 1 }).toEqual({ name, error, close: true });
  }
}

/** Only what a graph reads of everything there is. */
export const feedsOf = (graph: Graph, feeds: Tensors): Tensors =>
  Object.fromEntries([...graph.inputs.keys()].map((name) => [name, feeds[name]!]));

/** sum(value * weights), `weights` fed as `name`. */
export function weightedSum(value: Value, name: string): Value {
  const product = mul(value, value.graph.input(name, value.shape));
  return sum(
    product,
    product.shape.map((_, axis) => axis),
  );
}

export const int32 = (data: Int32Array, shape: readonly number[] = [data.length]): TensorData => ({
  dtype: 'int32',
  shape,
  data,
});
export const scalar = (value: number): TensorData => ({
  dtype: 'float32',
  shape: [],
  data: Float32Array.of(value),
});

export const withPrefix = (prefix: string, tensors: Iterable<readonly [string, TensorData]>): Tensors =>
  Object.fromEntries([...tensors].map(([name, tensor]) => [`${prefix}${name}`, tensor]));

/** Tensors of one file's golden case and what it asks for. */
export interface GoldenCase {
  readonly tolerance: Tolerance;
  readonly tolerance_grads: Tolerance;
}
