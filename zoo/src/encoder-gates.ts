import {
  CATEGORIES,
  categoryPrompt,
  CELLS,
  COLOURS,
  drawPicture,
  randomOf,
  type Pool,
} from '@ablate/emoji-data';
import type { Executor, TensorData } from '@ablate/tensor';
import { causalMask, Params, ProgramCache } from '@ablate/vlm';
import { Graph } from '@ablate/tensor';
import { encoderArchitecture } from '@ablate/vlm';
import { Matrix, solve } from 'ml-matrix';
import { imageFloats, TEXT_LENGTH, textRows, toPixels } from './contrastive-batches.js';
import { imageGraph, textGraph, type DualEncoder } from './contrastive-graph.js';
import type { Encode } from './language-batches.js';

export interface EncoderScores {
  /** Share of single unseen concepts whose category's text is nearest, of 13. */
  readonly zeroShot: number;
  /** Accuracy of a ridge probe for the colour in a scene's cell, on unseen concepts. */
  readonly colourProbe: number;
}

export const ENCODER_GATES: EncoderScores = { zeroShot: 0.45, colourProbe: 0.75 };

const BATCH = 32;
type Weights = ReadonlyMap<string, TensorData>;

const float32 = (data: Float32Array, shape: readonly number[]): TensorData => ({
  dtype: 'float32',
  shape,
  data,
});

/** Graph of the layer before the last, patches only: what a connector will see. */
function patchGraph(model: DualEncoder): Graph {
  const graph = new Graph();
  const { vision, family, specs } = model;
  const { states } = encoderArchitecture(`${family}_vision_model`);
  const pixels = graph.input('pixels', [BATCH, vision.num_channels, vision.image_size, vision.image_size]);
  graph.setOutput(
    'states',
    states(Params.of(graph, specs), vision, pixels, vision.num_hidden_layers - 1).at(-1)!,
  );
  return graph;
}

const shapeOf = ({ vision }: DualEncoder): number[] => [
  BATCH,
  vision.num_channels,
  vision.image_size,
  vision.image_size,
];

async function zeroShot(
  programs: ProgramCache,
  model: DualEncoder,
  weights: Weights,
  pool: Pool,
  encode: Encode,
  endId: number,
  padId: number,
): Promise<number> {
  const { ids, ends } = textRows(
    CATEGORIES.map((category) => encode(categoryPrompt(category))),
    endId,
    padId,
    CATEGORIES.length,
  );
  const textProgram = await programs.get('text', () => textGraph(model, CATEGORIES.length));
  const { text } = await textProgram.run({
    ...Object.fromEntries(weights),
    ids: { dtype: 'int32', shape: [CATEGORIES.length, TEXT_LENGTH], data: ids },
    ends: { dtype: 'int32', shape: [CATEGORIES.length], data: ends },
    mask: causalMask(TEXT_LENGTH),
  });
  const imageProgram = await programs.get('image', () => imageGraph(model, BATCH));
  const random = randomOf(31);
  const rounds = 32;
  let right = 0;
  for (let round = 0; round < rounds; round += 1) {
    const pixels = new Float32Array(BATCH * imageFloats);
    const truth = Array.from({ length: BATCH }, (_, b) => {
      const { scene, rgb } = drawPicture(random, pool, 'single');
      toPixels(rgb, pixels, b * imageFloats);
      return scene.things[0]!.sprite.concept.category;
    });
    const { image } = await imageProgram.run({
      ...Object.fromEntries(weights),
      pixels: float32(pixels, shapeOf(model)),
    });
    const width = image!.shape[1]!;
    truth.forEach((category, b) => {
      const scores = CATEGORIES.map((_, t) =>
        dot(image!.data as Float32Array, b * width, text!.data as Float32Array, t * width, width),
      );
      if (CATEGORIES[scores.indexOf(Math.max(...scores))] === category) right += 1;
    });
  }
  return right / (rounds * BATCH);
}

const dot = (a: Float32Array, i: number, b: Float32Array, j: number, length: number): number => {
  let sum = 0;
  for (let k = 0; k < length; k += 1) sum += a[i + k]! * b[j + k]!;
  return sum;
};

/** Mean of the patches of each filled cell with a coloured thing, and the colour. */
async function cellFeatures(
  programs: ProgramCache,
  model: DualEncoder,
  weights: Weights,
  pool: Pool,
  seed: number,
  rounds: number,
): Promise<{ features: number[][]; colours: number[] }> {
  const program = await programs.get('patches', () => patchGraph(model));
  const random = randomOf(seed);
  const features: number[][] = [];
  const colours: number[] = [];
  const grid = model.vision.image_size / model.vision.patch_size;
  const half = grid / 2;
  const skip = model.family === 'clip' ? 1 : 0;
  for (let round = 0; round < rounds; round += 1) {
    const pixels = new Float32Array(BATCH * imageFloats);
    const scenes = Array.from({ length: BATCH }, (_, b) => {
      const { scene, rgb } = drawPicture(random, pool, 'scene');
      toPixels(rgb, pixels, b * imageFloats);
      return scene;
    });
    const { states } = await program.run({
      ...Object.fromEntries(weights),
      pixels: float32(pixels, shapeOf(model)),
    });
    const [, tokens, width] = states!.shape as [number, number, number];
    scenes.forEach(({ things }, b) => {
      for (const { sprite, cell } of things) {
        if (!sprite.colour || !cell) continue;
        const index = CELLS.indexOf(cell);
        const mean = new Array<number>(width).fill(0);
        for (let row = 0; row < half; row += 1) {
          for (let column = 0; column < half; column += 1) {
            const token = skip + ((index >> 1) * half + row) * grid + (index % 2) * half + column;
            for (let k = 0; k < width; k += 1)
              mean[k]! += states!.data[(b * tokens + token) * width + k]! / (half * half);
          }
        }
        features.push([...mean, 1]);
        colours.push(COLOURS.indexOf(sprite.colour));
      }
    });
  }
  return { features, colours };
}

/** Ridge regression onto one-hot colours, fitted on train concepts and tried on unseen ones. */
async function colourProbe(
  programs: ProgramCache,
  model: DualEncoder,
  weights: Weights,
  train: Pool,
  unseen: Pool,
): Promise<number> {
  const fit = await cellFeatures(programs, model, weights, train, 32, 40);
  const test = await cellFeatures(programs, model, weights, unseen, 33, 20);
  const x = new Matrix(fit.features);
  const y = Matrix.zeros(fit.colours.length, COLOURS.length);
  fit.colours.forEach((colour, row) => y.set(row, colour, 1));
  const gram = x.transpose().mmul(x).add(Matrix.eye(x.columns, x.columns).mul(1));
  const scores = new Matrix(test.features).mmul(solve(gram, x.transpose().mmul(y)));
  const right = test.colours.filter((colour, row) => scores.maxRowIndex(row)[1] === colour).length;
  return right / test.colours.length;
}

/** Measures an encoder on unseen concepts; seeds are fixed, so that two encoders see the same pictures. */
export async function measureEncoder(
  executor: Executor,
  model: DualEncoder,
  weights: Weights,
  pools: { readonly train: Pool; readonly unseen: Pool },
  encode: Encode,
  endId: number,
  padId: number,
): Promise<EncoderScores> {
  const programs = new ProgramCache(executor);
  const scores = {
    zeroShot: await zeroShot(programs, model, weights, pools.unseen, encode, endId, padId),
    colourProbe: await colourProbe(programs, model, weights, pools.train, pools.unseen),
  };
  await programs.dispose();
  return scores;
}
