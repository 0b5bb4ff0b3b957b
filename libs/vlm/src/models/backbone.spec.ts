import { cp, mkdtemp, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writeSafetensors, type TensorData } from '@ablate/tensor';
import { fixture } from '../../test/golden.js';
import { loadEncoder, loadLlm, neededLayers, type Weights } from './backbone.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ablate-backbone-'));
  await cp(fixture('transformers/phi_tied_grouped/model'), folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const MODEL = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

async function rewrite(change: (tensors: Record<string, TensorData>) => void): Promise<void> {
  const tensors = Object.fromEntries((await loadLlm(folder)).weights);
  change(tensors);
  await writeSafetensors(join(folder, MODEL), tensors);
}

/** Splits the weights in two files and an index, as transformers does with large models. */
async function shard(whole: Weights): Promise<Record<string, string>> {
  const map: Record<string, string> = {};
  const entries = [...whole];
  for (const [i, part] of [entries.slice(0, 9), entries.slice(9)].entries()) {
    const file = `model-0000${i + 1}-of-00002.safetensors`;
    await writeSafetensors(join(folder, file), Object.fromEntries(part));
    for (const [name] of part) map[name] = file;
  }
  await unlink(join(folder, MODEL));
  await writeFile(join(folder, INDEX), JSON.stringify({ weight_map: map }));
  return map;
}

describe('a language model', () => {
  it('loads from shards as from one file', async () => {
    const whole = await loadLlm(folder);
    await shard(whole.weights);
    expect(await loadLlm(folder)).toEqual(whole);
  });

  it('misses a tensor that no shard holds in the index', async () => {
    const map = await shard((await loadLlm(folder)).weights);
    delete map['lm_head.bias'];
    await writeFile(join(folder, INDEX), JSON.stringify({ weight_map: map }));
    await expect(loadLlm(folder)).rejects.toMatchObject({ code: 'WRONG_TENSOR', path: join(folder, INDEX) });
  });

  it.each([
    ['lacks', (tensors: Record<string, TensorData>) => delete tensors['lm_head.bias'], 'missing', '[30]'],
    [
      'has with another shape',
      (tensors: Record<string, TensorData>) =>
        (tensors['lm_head.bias'] = { dtype: 'float32', shape: [3, 10], data: new Float32Array(30) }),
      '[3, 10]',
      '[30]',
    ],
  ])('names the tensor that its file %s', async (_, change, actual, expected) => {
    await rewrite(change);
    await expect(loadLlm(folder)).rejects.toMatchObject({
      code: 'WRONG_TENSOR',
      path: join(folder, MODEL),
      message: `${join(folder, MODEL)}: tensor "lm_head.bias" is ${actual}, expected ${expected}.`,
    });
  });

  it.each([
    ['is missing', (file: string) => unlink(file)],
    ['is cut off', (file: string) => truncate(file, 2000)],
    ['is no safetensors', (file: string) => writeFile(file, 'weights')],
  ])('names its weight file where it %s', async (_, spoil) => {
    const file = join(folder, MODEL);
    await spoil(file);
    await expect(loadLlm(folder)).rejects.toMatchObject({ name: 'AblateError', path: file });
  });

  it.each([
    ['is missing', (file: string) => unlink(file)],
    ['is cut off', (file: string) => truncate(file, 20)],
    ['is a list', (file: string) => writeFile(file, '[]')],
  ])('names its config.json where it %s', async (_, spoil) => {
    const file = join(folder, 'config.json');
    await spoil(file);
    await expect(loadLlm(folder)).rejects.toMatchObject({ code: 'BAD_CONFIG', path: file });
  });

  it('is no encoder', async () => {
    await expect(loadEncoder(folder, -2)).rejects.toMatchObject({
      code: 'UNKNOWN_ARCHITECTURE',
      path: `${join(folder, 'config.json')}: model_type`,
      value: 'phi',
    });
  });
});

describe('an encoder', () => {
  it('is the same inside a full checkpoint and alone', async () => {
    const full = await loadEncoder(fixture('transformers/dual_clip/model'), -2);
    const config = JSON.parse(
      await readFile(fixture('transformers/dual_clip/model/config.json'), 'utf8'),
    ) as { vision_config: object };
    await writeFile(join(folder, 'config.json'), JSON.stringify(config.vision_config));
    await writeSafetensors(join(folder, MODEL), Object.fromEntries(full.weights));
    expect(await loadEncoder(folder, -2)).toEqual(full);
  });

  it.each([
    [-2, 3],
    [-1, 4],
    [-5, 0],
    [0, 0],
    [4, 4],
  ])('of 4 layers needs for hidden state %i the first %i', (select, layers) => {
    expect(neededLayers({ num_hidden_layers: 4 }, select)).toBe(layers);
  });
  it.each([5, -6, 1.5])('of 4 layers has no hidden state %d', (select) => {
    expect(() => neededLayers({ num_hidden_layers: 4 }, select)).toThrow(
      expect.objectContaining({ code: 'BAD_SELECT_LAYER', path: 'encoder.selectLayer', value: select }),
    );
  });
});
