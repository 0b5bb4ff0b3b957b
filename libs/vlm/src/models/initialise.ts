import { createHash } from 'node:crypto';
import { sizeOf, type TensorData } from '@ablate/tensor';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { ParameterSpec } from './params.js';

/** Seed of one named thing under a run's seed: equal names get equal draws, whatever else is drawn. */
export const namedSeed = (seed: number, name: string): number =>
  createHash('sha256').update(`${seed}:${name}`).digest().readInt32LE(0);

function draw({ name, shape, init }: ParameterSpec, seed: number): TensorData {
  const data = new Float32Array(sizeOf(shape));
  const random = xoroshiro128plus(namedSeed(seed, name));
  const uniform = (): number => uniformFloat64(random);
  switch (init.kind) {
    case 'zeros':
      break;
    case 'ones':
      data.fill(1);
      break;
    case 'uniform':
      for (let i = 0; i < data.length; i += 1) data[i] = (2 * uniform() - 1) * init.limit;
      break;
    case 'normal':
      // Box and Muller 1958, one of each pair.
      for (let i = 0; i < data.length; i += 1) {
        data[i] = init.std * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
      }
      break;
  }
  return { dtype: 'float32', shape, data };
}

/** Fresh parameters of a part; a function of the seed and each parameter's name. */
export const initialise = (specs: readonly ParameterSpec[], seed: number): Map<string, TensorData> =>
  new Map(specs.map((spec) => [spec.name, draw(spec, seed)]));
