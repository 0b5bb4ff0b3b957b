import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { createExecutor, writeSafetensors, type TensorData } from '@ablate/tensor';
import { withPrefix } from '../../test/golden.js';
import { encoderArchitecture, llmConfig, visionConfig } from './architectures.js';
import { loadEncoder, readEncoder } from './backbone.js';
import { featureGraph } from './image-rows.js';
import { initialise } from './initialise.js';
import { imagePatches, imageTokens, type VlmStructure } from './structure.js';

const executor = await createExecutor('onnx');
const root = await mkdtemp(join(tmpdir(), 'ablate-mof-'));
afterAll(async () => {
  await executor.dispose();
  await rm(root, { recursive: true });
});

const shared = { hidden_size: 16, num_attention_heads: 2, patch_size: 8 };
const CLIP = {
  ...shared,
  model_type: 'clip_vision_model',
  intermediate_size: 24,
  num_hidden_layers: 2,
  image_size: 32,
};
const DINO = { ...shared, model_type: 'dinov2', mlp_ratio: 2, num_hidden_layers: 3, image_size: 56 };
const llm = llmConfig('config.json', {
  model_type: 'llama',
  hidden_size: 8,
  intermediate_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 1,
  vocab_size: 9,
});

async function write(folder: string, json: { model_type: string }): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify(json));
  const { type, config } = visionConfig('config.json', json);
  const weights = initialise(encoderArchitecture(type).specs(config), 5);
  await writeSafetensors(join(folder, 'model.safetensors'), Object.fromEntries(weights));
}

async function mixture(name: string, dinov2: typeof DINO = DINO): Promise<string> {
  const folder = join(root, name);
  await write(join(folder, 'clip'), CLIP);
  await write(join(folder, 'dinov2'), dinov2);
  await writeFile(join(folder, 'config.json'), '{"model_type":"mof"}');
  return folder;
}

async function features(folder: string): Promise<{ structure: VlmStructure; data: TensorData }> {
  const { type, config, weights } = await loadEncoder(folder, -2);
  const structure: VlmStructure = {
    encoder: { type, config, select: { selectLayer: -2, tokens: 'patch' } },
    connector: { kind: 'mof_mlp' },
    llm,
    lora: {},
  };
  const pixels = Float32Array.from({ length: 2 * 3 * 32 * 32 }, (_, i) => Math.sin(i * 0.37));
  const program = await executor.compile(featureGraph(structure, 2));
  const results = await program.run({
    ...withPrefix('encoder.', weights),
    pixels: { dtype: 'float32', shape: [2, 3, 32, 32], data: pixels },
  });
  await program.dispose();
  return { structure, data: results['features']! };
}

describe('a mixture of features', () => {
  it('gives the patches of both encoders, one after the other, each as alone', async () => {
    const folder = await mixture('both');
    const { structure, data } = await features(folder);
    expect(imagePatches(structure)).toBe(32);
    expect(imageTokens(structure)).toBe(32);
    expect(data.shape).toEqual([2, 32, 16]);
    // Alone, DINOv2 is told the size of its images by its processor.
    await writeFile(
      join(folder, 'dinov2', 'preprocessor_config.json'),
      JSON.stringify({ size: { shortest_edge: 40 }, crop_size: { height: 32, width: 32 } }),
    );
    expect((await readEncoder(join(folder, 'dinov2'))).config.input_size).toBe(32);
    const parts = [await features(join(folder, 'clip')), await features(join(folder, 'dinov2'))];
    for (const [i, part] of parts.entries()) {
      expect(part.data.shape).toEqual([2, 16, 16]);
      for (let image = 0; image < 2; image += 1) {
        const from = (image * 32 + i * 16) * 16;
        expect(data.data.slice(from, from + 256)).toEqual(
          part.data.data.slice(image * 256, image * 256 + 256),
        );
      }
    }
  });
  it('loads the layers that each needs, under its name', async () => {
    const { weights } = await loadEncoder(await mixture('layers'), -2);
    const layers = [...weights.keys()].flatMap(
      (name) => /^(clip|dinov2)\..*layers?\.(\d+)\./.exec(name)?.slice(1).join() ?? [],
    );
    expect([...new Set(layers)]).toEqual(['clip,0', 'dinov2,0', 'dinov2,1']);
  });
  it.each([
    ['another width', { ...DINO, hidden_size: 32 }],
    ['another number of patches', { ...DINO, patch_size: 16 }],
  ])('of %s is refused', async (what, dinov2) => {
    const folder = await mixture(what.replaceAll(' ', '-'), dinov2);
    await expect(loadEncoder(folder, -2)).rejects.toMatchObject({
      code: 'BAD_CONFIG',
      path: join(folder, 'config.json'),
    });
  });
  it('without one of its folders is refused by the file that is missing', async () => {
    const folder = join(root, 'half');
    await cp(await mixture('whole'), folder, { recursive: true });
    await rm(join(folder, 'dinov2'), { recursive: true });
    await expect(loadEncoder(folder, -2)).rejects.toMatchObject({
      path: join(folder, 'dinov2', 'config.json'),
    });
  });
});
