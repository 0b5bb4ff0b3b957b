import { afterAll, describe, expect, it } from '@jest/globals';
import type { ConnectorConfig } from '@ablate/catalogue';
import { createExecutor, type TensorData, type Tensors } from '@ablate/tensor';
import { fixture, int32, readJson, readTensors, withPrefix, worstError } from '../../test/golden.js';
import { loadEncoder, loadLlm } from './backbone.js';
import { connectorSpecs } from './connectors.js';
import { generate } from './generate.js';
import { prefillGraph } from './generation-graphs.js';
import { featureGraph } from './image-rows.js';
import { causalMask, rotaryTables } from './positions.js';
import { ProgramCache } from './program-cache.js';
import { imageTokens, structureOf, type VlmStructure } from './structure.js';

interface Prompt {
  readonly image: number | null;
  readonly input_ids: readonly number[];
  readonly eos_token_id: number | null;
  readonly max_new_tokens: number;
  readonly expected_ids: readonly number[];
}

/** The Factory drops the first token of every encoder, SigLIP's first patch too. */
const MODELS: Readonly<
  Record<string, { connector: ConnectorConfig; tokens: VlmStructure['encoder']['select']['tokens'] }>
> = {
  generation_llama_mlp2x: { connector: { kind: 'mlp', depth: 2 }, tokens: 'patch' },
  generation_phi_resampler: {
    connector: { kind: 'resampler', numQueries: 6, depth: 1, heads: 8, headDim: 64 },
    tokens: 'legacy-siglip',
  },
};

const executor = await createExecutor('onnx');
afterAll(() => executor.dispose());

async function loadGolden(name: string) {
  const folder = `golden/${name}/model`;
  const { connector, tokens } = MODELS[name]!;
  const encoder = await loadEncoder(fixture(`${folder}/vision_tower`), -2);
  const llm = await loadLlm(fixture(`${folder}/llm`));
  const structure = structureOf(encoder, { selectLayer: -2, tokens }, connector, llm, {});
  const stored = await readTensors(`${folder}/connector.safetensors`);
  const specs = connectorSpecs(connector, encoder.config.hidden_size, llm.config.hidden_size);
  const parameters: Tensors = {
    ...withPrefix(
      'connector.',
      specs.map((spec) => [spec.name, stored[`_connector.${spec.name}`]!] as const),
    ),
    ...withPrefix('llm.', llm.weights),
  };
  const pixels = (await readTensors(`golden/${name}/images.safetensors`))['pixel_values']!;
  const program = await executor.compile(featureGraph(structure, pixels.shape[0]!));
  const { features } = await program.run({ ...withPrefix('encoder.', encoder.weights), pixels });
  await program.dispose();
  const [, patches, width] = features!.shape as [number, number, number];
  const tokensPerImage = imageTokens(structure);
  return {
    structure,
    parameters,
    prompts: readJson<Prompt[]>(`golden/${name}/prompts.json`),
    featuresOf: (images: readonly number[]): TensorData => {
      const size = patches * width;
      const data = new Float32Array(images.length * size);
      images.forEach((image, i) =>
        data.set(features!.data.subarray(image * size, (image + 1) * size), i * size),
      );
      return { dtype: 'float32', shape: [images.length, patches, width], data };
    },
    /** Rows of a prompt whose image is the `image`-th of its batch. */
    rowsOf: ({ input_ids }: Prompt, image = 0): Int32Array =>
      Int32Array.from(
        input_ids.flatMap((id) =>
          id === -200
            ? Array.from(
                { length: tokensPerImage },
                (_, i) => structure.llm.vocab_size + image * tokensPerImage + i,
              )
            : [id],
        ),
      ),
  };
}

describe.each(Object.keys(MODELS))('greedy decoding: %s', (name) => {
  const withoutEnd = ({ expected_ids, eos_token_id }: Prompt): readonly number[] =>
    expected_ids.at(-1) === eos_token_id ? expected_ids.slice(0, -1) : expected_ids;

  it('equals transformers in tokens and logits', async () => {
    const { structure, parameters, prompts, featuresOf, rowsOf } = await loadGolden(name);
    const { tolerance } = readJson<{ tolerance: { logits_abs: number; logits_rel: number } }>(
      `golden/${name}/case.json`,
    );
    const close = { abs: tolerance.logits_abs, rel: tolerance.logits_rel };
    const expected = await readTensors(`golden/${name}/expected_logits.safetensors`);
    const programs = new ProgramCache(executor);
    const { vocab_size: vocabulary } = structure.llm;
    for (const [i, prompt] of prompts.entries()) {
      let steps = 0;
      const produced = await generate(programs, structure, parameters, {
        rows: [rowsOf(prompt)],
        features: prompt.image === null ? null : featuresOf([prompt.image]),
        endToken: prompt.eos_token_id ?? -1,
        maxNewTokens: prompt.max_new_tokens,
        onLogits: (step, logits) => {
          const data = expected[`logits.${i}`]!.data.slice(step * vocabulary, (step + 1) * vocabulary);
          const error = worstError(logits, { ...logits, data }, close);
          expect({ prompt: i, step, error, close: error <= 1 }).toEqual({
            prompt: i,
            step,
            error,
            close: true,
          });
          steps += 1;
        },
      });
      expect(produced).toEqual([withoutEnd(prompt)]);
      expect(steps).toBe(prompt.expected_ids.length);
    }
    await programs.dispose();
  });

  it('with a cache equals the whole sequence run again for every token', async () => {
    const { structure, parameters, prompts, featuresOf, rowsOf } = await loadGolden(name);
    const { llm } = structure;
    const programs = new ProgramCache(executor);
    const prompt = prompts.find(({ image }) => image !== null)!;
    const features = featuresOf([prompt.image!]);
    const cached: TensorData[] = [];
    const [tokens] = await generate(programs, structure, parameters, {
      rows: [rowsOf(prompt)],
      features,
      endToken: -1,
      maxNewTokens: 8,
      onLogits: (_, logits) => cached.push({ ...logits, data: logits.data.slice() }),
    });
    expect(tokens).toHaveLength(8);
    for (const [step, logits] of cached.entries()) {
      const rows = Int32Array.from([...rowsOf(prompt), ...tokens!.slice(0, step)]);
      const program = await executor.compile(
        prefillGraph(structure, { batch: 1, length: rows.length, images: 1 }),
      );
      const whole = await program.run({
        ...parameters,
        ...rotaryTables(llm, rows.length),
        mask: causalMask(rows.length),
        features,
        rows: int32(rows, [1, rows.length]),
        last: int32(Int32Array.of(rows.length - 1)),
      });
      await program.dispose();
      expect(worstError(logits, whole['logits']!, { abs: 1e-4, rel: 1e-4 })).toBeLessThanOrEqual(1);
    }
    await programs.dispose();
  });

  it('of a batch equals each prompt alone, rows that end early included', async () => {
    const { structure, parameters, prompts, featuresOf, rowsOf } = await loadGolden(name);
    const programs = new ProgramCache(executor);
    const withImage = prompts.filter(({ image }) => image !== null);
    const images = withImage.map(({ image }) => image!);
    const first = withImage[0]!;
    const ask = async (rows: Int32Array[], chosen: number[], endToken: number): Promise<number[][]> =>
      generate(programs, structure, parameters, {
        rows,
        features: featuresOf(chosen),
        endToken,
        maxNewTokens: 6,
      });
    expect(new Set(images).size).toBeGreaterThan(1);
    const free = await ask(
      images.map((_, i) => rowsOf(first, i)),
      images,
      -1,
    );
    for (const [i, image] of images.entries())
      expect(await ask([rowsOf(first)], [image], -1)).toEqual([free[i]]);
    const end = free[0]![2]!;
    const cut = (tokens: readonly number[]): readonly number[] =>
      tokens.includes(end) ? tokens.slice(0, tokens.indexOf(end)) : tokens;
    expect(
      await ask(
        images.map((_, i) => rowsOf(first, i)),
        images,
        end,
      ),
    ).toEqual(free.map(cut));
    await programs.dispose();
  });
});
