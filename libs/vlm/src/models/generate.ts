import { sizeOf, type TensorData, type Tensors } from '@ablate/tensor';
import { groupsOf } from './llm.js';
import { causalMask, HIDDEN, rotaryTables } from './positions.js';
import type { ProgramCache } from './program-cache.js';
import { largest, tokenSampler, type Sampling } from './sampling.js';
import { decodeGraph, prefillGraph } from './generation-graphs.js';
import type { LanguageStructure, VlmStructure } from './structure.js';

export interface GenerateRequest {
  /** Rows of merged prompts, all of one true length: indices as `prefillGraph` takes them, [batch][length]. */
  readonly rows: readonly Int32Array[];
  /** Image tokens of the batch, [I, N, V]; null = text only. */
  readonly features: TensorData | null;
  /** Tokens that end a row; none = rows run to the end. */
  readonly endToken: number | readonly number[];
  readonly maxNewTokens: number;
  /** Draws tokens; without it the likeliest is taken. */
  readonly sampling?: Sampling;
  /** Stored logits of every step, for comparisons. */
  readonly onLogits?: (step: number, logits: TensorData) => void;
}

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** Copies [B, G, L, d] into [B, G, C, d] at position `at`; `take` positions of each head. */
function store(
  target: Float32Array,
  source: Float32Array,
  [batch, groups, capacity, width]: readonly number[],
  length: number,
  at: number,
  take: number,
): void {
  for (let head = 0; head < batch! * groups!; head += 1) {
    const from = head * length * width!;
    target.set(source.subarray(from, from + take * width!), (head * capacity! + at) * width!);
  }
}

/**
 * Decoding of a batch with a key/value cache, greedy unless `sampling` is given: new tokens of each row, the end token left out. Ties take the smaller id.
 * Rows stop at an `endToken` or after `maxNewTokens`, at least 1. `parameters` are those of `vlmSpecs` but the encoder's; `programs`
 * belongs to `structure`. Source: transformers `generate`.
 */
export async function generate(
  programs: ProgramCache,
  structure: VlmStructure | LanguageStructure,
  parameters: Tensors,
  request: GenerateRequest,
): Promise<number[][]> {
  const { rows, features, endToken, maxNewTokens, sampling } = request;
  const { llm } = structure;
  const ends = [endToken].flat();
  const choose = rows.map((_, row) => (sampling ? tokenSampler(sampling, row) : largest));
  const batch = rows.length;
  const length = rows[0]!.length;
  if (rows.some((row) => row.length !== length)) throw new Error('Prompts of one batch have one length.');
  if (maxNewTokens < 1) throw new Error(`maxNewTokens is at least 1, not ${maxNewTokens}.`);
  const images = features?.shape[0] ?? 0;
  const padded = roundUp(length, 16);
  const capacity = roundUp(length + maxNewTokens, 32);

  const prompt = new Int32Array(batch * padded);
  rows.forEach((row, i) => prompt.set(row, i * padded));
  const key = `${batch}x${padded}x${images}`;
  const prefill = await programs.get(`prefill ${key}`, () =>
    prefillGraph(structure, { batch, length: padded, images }),
  );
  const first = await prefill.run({
    ...parameters,
    ...rotaryTables(llm, padded),
    ...(features ? { features } : {}),
    mask: causalMask(padded),
    rows: { dtype: 'int32', shape: [batch, padded], data: prompt },
    last: { dtype: 'int32', shape: [batch], data: Int32Array.from(rows, (_, i) => i * padded + length - 1) },
  });

  const past: Record<string, TensorData> = {};
  const remember = (outputs: Tensors, from: number, at: number, take: number): void => {
    for (let layer = 0; layer < llm.num_hidden_layers; layer += 1) {
      const shape = [batch, groupsOf(llm, layer), capacity, llm.head_dim];
      for (const kind of ['keys', 'values']) {
        const name = `past_${kind}.${layer}`;
        past[name] ??= { dtype: 'float32', shape, data: new Float32Array(sizeOf(shape)) };
        store(
          past[name].data as Float32Array,
          outputs[`${kind}.${layer}`]!.data as Float32Array,
          shape,
          from,
          at,
          take,
        );
      }
    }
  };
  remember(first, padded, 0, length);

  const produced: number[][] = rows.map(() => []);
  const running = rows.map(() => true);
  const ids = new Int32Array(batch);
  const mask = new Float32Array(capacity + 1).fill(HIDDEN);
  mask.fill(0, 0, length);
  mask[capacity] = 0;
  let logits = first['logits']!;
  for (let step = 0; ; step += 1) {
    request.onLogits?.(step, logits);
    rows.forEach((_, row) => {
      if (!running[row]) return;
      const token = choose[row]!(
        (logits.data as Float32Array).subarray(row * llm.vocab_size, (row + 1) * llm.vocab_size),
      );
      ids[row] = token;
      if (ends.includes(token)) running[row] = false;
      else produced[row]!.push(token);
    });
    if (step + 1 === maxNewTokens || !running.includes(true)) return produced;
    const position = length + step;
    const decode = await programs.get(`decode ${batch}x${capacity}`, () =>
      decodeGraph(structure, batch, capacity),
    );
    const next = await decode.run({
      ...parameters,
      ...past,
      ...rotaryTables(llm, 1, position),
      mask: { dtype: 'float32', shape: [1, capacity + 1], data: mask },
      ids: { dtype: 'int32', shape: [batch, 1], data: ids },
    });
    remember(next, 1, position, 1);
    mask[position] = 0;
    logits = next['logits']!;
  }
}
