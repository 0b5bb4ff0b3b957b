import type { TensorData } from '@ablate/tensor';
import { featureGraph, generate, IMAGE_ID, imageTokens, ProgramCache } from '@ablate/vlm';
import { readJson, readTensors } from '../golden-case.js';
import type { Kind } from '../kinds.js';
import { imagesAt, loadFactoryModel, type FactoryConfig } from './factory-model.js';
import { runOnce } from './graphs.js';

interface Json {
  readonly config: FactoryConfig;
  readonly tolerance: { readonly logits_abs: number; readonly logits_rel: number };
}

interface Prompt {
  readonly image: number | null;
  readonly input_ids: readonly number[];
  readonly eos_token_id: number | readonly number[] | null;
  readonly max_new_tokens: number;
  readonly expected_ids: readonly number[];
}

/** Greedy decoding with a cache: new ids exactly, the logits of every step. */
export const generation: Kind = async (golden, checks, { executor }) => {
  const { config, tolerance } = golden.json as Json;
  const close = { abs: tolerance.logits_abs, rel: tolerance.logits_rel };
  const model = await loadFactoryModel(golden, 'model', config);
  const structure = model.structureWith({});
  const parameters = Object.fromEntries(model.parameters);
  const { pixel_values: pixels } = await readTensors(golden, 'images.safetensors');
  const { features } = await runOnce(executor, featureGraph(structure, pixels!.shape[0]!), {
    ...parameters,
    pixels: pixels!,
  });
  const expected = await readTensors(golden, 'expected_logits.safetensors');
  const vocabulary = structure.llm.vocab_size;
  const tokens = imageTokens(structure);
  const programs = new ProgramCache(executor);
  const prompts = readJson<readonly Prompt[]>(golden, 'prompts.json');
  for (const [index, prompt] of prompts.entries()) {
    const logits: number[] = [];
    const image = prompt.image;
    const rows = prompt.input_ids.flatMap((id) =>
      id !== IMAGE_ID
        ? [id]
        : image === null
          ? []
          : Array.from({ length: tokens }, (_, position) => vocabulary + position),
    );
    const ends = [prompt.eos_token_id ?? []].flat();
    const [ids] = await generate(programs, structure, parameters, {
      rows: [Int32Array.from(rows)],
      features: image === null ? null : imagesAt(features!, [image]),
      endToken: ends,
      maxNewTokens: prompt.max_new_tokens,
      onLogits: (_, { data }) => {
        for (const value of data) logits.push(value);
      },
    });
    // The end token is no part of what we return; the reference keeps it.
    const last = prompt.expected_ids.at(-1)!;
    const wanted = ends.includes(last) ? prompt.expected_ids.slice(0, -1) : prompt.expected_ids;
    checks.same(`ids of prompt ${index}`, ids, wanted);
    const reference = expected[`logits.${index}`];
    if (!reference) continue;
    const actual: TensorData = {
      dtype: 'float32',
      shape: [logits.length / vocabulary, vocabulary],
      data: Float32Array.from(logits),
    };
    checks.close(`logits.${index}`, actual, reference, close);
  }
  await programs.dispose();
};
