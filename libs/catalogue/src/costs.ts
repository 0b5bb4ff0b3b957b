import type { CatalogueIndex, EncoderEntry, LlmEntry } from './catalogue-index.js';
import { connectorParameters, connectorTokens } from './connectors.js';
import type { StageConfig, TrainStageConfig, Tuning } from './stage-config.js';

/** What a stage costs by the formulas of vlm.md section 6; a prior that observed throughput corrects. */
export interface StageEstimate {
  /** Model FLOPs of the whole stage. */
  readonly flops: number;
  /** Bytes at the peak: weights, gradients, optimiser state, activations of one micro-batch, logits. */
  readonly peakMemoryBytes: number;
  /** Samples of one epoch, or questions. */
  readonly samples: number;
  /** Optimiser updates of the whole stage; batches for an evaluation. */
  readonly steps: number;
  /** Image and text positions of a mean sample. */
  readonly tokensPerSample: number;
  readonly trainedParameters: number;
  readonly frozenParameters: number;
}

/** Characters a token, English text under a byte-level BPE; the usual rule of thumb, for estimates only. */
const CHARACTERS_PER_TOKEN = 4;
export const FLOAT = 4;
/** float32 weight, gradient, and AdamW's two moments. */
export const BYTES_TRAINED = 16;

/** Image tokens after selection; a mixture gives those of both encoders. */
export const patchesOf = ({ architecture, imageSize, patch }: EncoderEntry): number =>
  Math.floor(imageSize / patch) ** 2 * towers(architecture);

const towers = (architecture: EncoderEntry['architecture']): number => (architecture === 'mof' ? 2 : 1);

/** Layers that run for hidden state `selectLayer` of L+1 (0 = embeddings; -2 skips the last layer). */
const layersUsed = (entry: EncoderEntry, selectLayer: number): number =>
  selectLayer >= 0 ? selectLayer : entry.layers + 1 + selectLayer;

/** Parameters of an encoder's matrix products up to the selected layer. */
export function encoderMatmul(entry: EncoderEntry, selectLayer: number): number {
  const { hidden: d, intermediate: f, patch } = entry;
  return 3 * patch * patch * d + layersUsed(entry, selectLayer) * (4 * d * d + 2 * d * f);
}

/** In and out widths of the linear layers of block `i` of an LLM; all MLPs but Phi's are gated. */
function llmLinears(entry: LlmEntry, i: number): readonly [number, number][] {
  const { architecture, hidden: d, layerSizes } = entry;
  const { heads, groups, intermediate: f } = layerSizes?.[i] ?? { ...entry, groups: entry.kvHeads };
  const width = headDimOf(entry);
  const [inner, kv] = [heads * width, groups * width];
  const mlp: [number, number][] =
    architecture === 'phi'
      ? [
          [d, f],
          [f, d],
        ]
      : [
          [d, f],
          [d, f],
          [f, d],
        ];
  // OpenELM has one layer for queries, keys and values, and one for both halves of the gate.
  if (architecture === 'openelm')
    return [
      [d, inner + 2 * kv],
      [inner, d],
      [d, 2 * f],
      [f, d],
    ];
  return [[d, inner], [d, kv], [d, kv], [inner, d], ...mlp];
}

const headDimOf = ({ headDim, hidden, heads }: LlmEntry): number => headDim ?? hidden / heads;

/** The linear layers of all blocks. */
export const allLlmLinears = (entry: LlmEntry): readonly [number, number][] =>
  Array.from({ length: entry.layers }, (_, i) => llmLinears(entry, i)).flat();

const encoderLinears = ({ hidden: d, intermediate: f }: EncoderEntry): readonly [number, number][] => [
  [d, d],
  [d, d],
  [d, d],
  [d, d],
  [d, f],
  [f, d],
];

/** Parameters of an LLM's matrix products: blocks and head, without the embedding table. */
export const llmMatmul = (entry: LlmEntry): number =>
  allLlmLinears(entry).reduce((sum, [i, o]) => sum + i * o, 0) + entry.vocab * entry.hidden;

/** LoRA: r(in + out) for every linear layer except the head (vlm.md 1.5). */
export const loraParameters = (linears: readonly [number, number][], layers: number, rank: number): number =>
  layers * linears.reduce((sum, [i, o]) => sum + rank * (i + o), 0);

const trainedOf = (tuning: Tuning, all: number, lora: (rank: number) => number): number =>
  tuning.mode === 'full' ? all : tuning.mode === 'lora' ? lora(tuning.rank) : 0;

/** Backward passes cost 2 per parameter and token for the data, 2 more for the weights that are trained. */
const passFlops = (mode: Tuning['mode'], onPath: boolean): number =>
  mode === 'full' ? 6 : mode === 'lora' || onPath ? 4 : 2;

interface Parts {
  readonly encoder: EncoderEntry;
  readonly llm: LlmEntry;
}

/** Forward and backward FLOPs of one sample with `text` text tokens (vlm.md 6, standard accounting, no recomputation). */
function trainFlops(config: TrainStageConfig, { encoder, llm }: Parts, text: number): number {
  const { tune, connector } = config;
  const patches = patchesOf(encoder);
  const image = connectorTokens(connector, patches);
  const n = image + text;
  const seen = patches / towers(encoder.architecture) + (encoder.architecture === 'siglip' ? 0 : 1);
  const used = layersUsed(encoder, config.encoder.selectLayer);
  const factor = passFlops(tune.encoder.mode, false) / 2;
  const vision =
    factor *
    towers(encoder.architecture) *
    (2 * encoderMatmul(encoder, config.encoder.selectLayer) * seen + 4 * used * seen ** 2 * encoder.hidden);
  const bridge =
    connectorFlops(config, encoder, llm, patches) *
    (passFlops(tune.connector.mode, tune.encoder.mode !== 'frozen') / 2);
  const language = passFlops(tune.llm.mode, true) * llmMatmul(llm) * n;
  // Attention has no weights: its backward pass is twice its forward pass in every mode.
  const attention = 3 * 2 * llm.layers * n ** 2 * llm.hidden;
  const adapters =
    tune.llm.mode === 'lora' ? 6 * loraParameters(allLlmLinears(llm), 1, tune.llm.rank) * n : 0;
  return vision + bridge + language + attention + adapters;
}

/** Forward FLOPs of a connector: 2 per parameter and patch; a resampler's queries, output and feed-forward see Q tokens only. */
function connectorFlops(
  { connector }: TrainStageConfig,
  encoder: EncoderEntry,
  llm: LlmEntry,
  patches: number,
): number {
  const { hidden: v } = encoder;
  const { hidden: h } = llm;
  if (connector.kind === 'qformer') {
    const { numQueries: q, depth, hidden: w, intermediate: f } = connector;
    const own = depth * (2 * (4 * w * w + 2 * w * f) * q + 4 * q * q * w);
    const cross = Math.ceil(depth / 2) * (2 * 2 * w * w * q + 2 * 2 * v * w * patches + 4 * q * patches * w);
    return own + cross + 2 * w * h * q;
  }
  if (connector.kind !== 'resampler')
    return 2 * connectorParameters(connector, v, h) * connectorTokens(connector, patches);
  const { numQueries: q, depth, heads, headDim } = connector;
  const a = heads * headDim;
  const perLayer =
    2 * (2 * h * a + 8 * h * h) * q + 2 * 2 * h * a * (patches + q) + 4 * q * (patches + q) * a;
  return 2 * v * h * patches + depth * perLayer;
}

/**
 * Activations kept for the backward pass, in bytes, without recomputation: per layer and token 8h + 2f (3f when gated) numbers,
 * and the attention weights, heads * n^2 a layer; then logits, their log-probabilities and gradient.
 * Source: Korthikanti et al. 2022 (arXiv 2205.05198) section 4.1, without dropout masks and in float32.
 */
function activationBytes(config: TrainStageConfig, { encoder, llm }: Parts, n: number): number {
  const micro = config.batchSize / config.accumulation;
  const gated = llm.architecture === 'phi' ? 2 : 3;
  const language = llm.layers * (n * (8 * llm.hidden + gated * llm.intermediate) + llm.heads * n ** 2);
  const patches = patchesOf(encoder);
  const vision =
    config.tune.encoder.mode === 'frozen'
      ? patches * encoder.hidden
      : encoder.layers *
        (patches * (8 * encoder.hidden + 2 * encoder.intermediate) + encoder.heads * patches ** 2);
  return FLOAT * micro * (language + vision + 3 * n * llm.vocab);
}

/** Trained and frozen numbers of a stage. LoRA's base weights count as frozen. */
export function stageParameters(
  config: TrainStageConfig,
  { encoder, llm }: Parts,
): { trained: number; frozen: number } {
  const { tune } = config;
  const connector = connectorParameters(config.connector, encoder.hidden, llm.hidden);
  const adapters = (linears: readonly [number, number][], layers: number) => (rank: number) =>
    loraParameters(linears, layers, rank);
  const trained =
    trainedOf(tune.encoder, encoder.parameters, adapters(encoderLinears(encoder), encoder.layers)) +
    trainedOf(tune.connector, connector, (rank) =>
      Math.min(connector, rank * (encoder.hidden + llm.hidden)),
    ) +
    trainedOf(tune.llm, llm.parameters, adapters(allLlmLinears(llm), 1));
  const frozen =
    (tune.encoder.mode === 'full' ? 0 : encoder.parameters) +
    (tune.connector.mode === 'full' ? 0 : connector) +
    (tune.llm.mode === 'full' ? 0 : llm.parameters);
  return { trained, frozen };
}

function estimateTraining(config: TrainStageConfig, parts: Parts, index: CatalogueIndex): StageEstimate {
  const part = index.recipes.find(({ id }) => id === config.data.recipe)?.parts[config.data.part];
  const samples = Math.min(config.data.maxSamples ?? Infinity, part?.samples ?? 0);
  const text = Math.ceil((part?.meanCharacters ?? 0) / CHARACTERS_PER_TOKEN);
  const n = Math.min(config.maxLength, connectorTokens(config.connector, patchesOf(parts.encoder)) + text);
  const { trained, frozen } = stageParameters(config, parts);
  return {
    flops: samples * config.epochs * trainFlops(config, parts, text),
    peakMemoryBytes: BYTES_TRAINED * trained + FLOAT * frozen + activationBytes(config, parts, n),
    samples,
    steps: Math.ceil(samples / config.batchSize) * config.epochs,
    tokensPerSample: n,
    trainedParameters: trained,
    frozenParameters: frozen,
  };
}

/** The model's own answers and the blind control's; every answer counted at half its longest length. */
const EVALUATION_PASSES = 2;

/**
 * Cost of a stage; `trainings` are the run's training configs before it, nearest last (an evaluation takes its model from the
 * last one). Backbones that the index no longer holds cost nothing: a plan has already refused them.
 */
export function estimateStage(
  config: StageConfig,
  trainings: readonly TrainStageConfig[],
  index: CatalogueIndex,
): StageEstimate | null {
  const model = config.kind === 'train' ? config : trainings.at(-1);
  const encoder = index.backbones.find(
    (entry): entry is EncoderEntry => entry.kind === 'encoder' && entry.id === model?.encoder.id,
  );
  const llm = index.backbones.find(
    (entry): entry is LlmEntry => entry.kind === 'llm' && entry.id === model?.llm.id,
  );
  if (!model || !encoder || !llm) return null;
  const parts = { encoder, llm };
  if (config.kind === 'train') return estimateTraining(config, parts, index);

  const entry = index.benchmarks.find(({ id }) => id === config.benchmark.id);
  const questions = entry?.questions ?? 0;
  const prompt = Math.ceil((entry?.meanCharacters ?? 0) / CHARACTERS_PER_TOKEN);
  const image = connectorTokens(model.connector, patchesOf(encoder));
  const answer = Math.ceil(config.decoding.maxNewTokens / 2);
  const n = image + prompt + answer;
  const asked: TrainStageConfig = {
    ...model,
    tune: { encoder: { mode: 'frozen' }, connector: { mode: 'frozen' }, llm: { mode: 'frozen' } },
  };
  const { frozen } = stageParameters(asked, parts);
  const forward =
    2 * encoderMatmul(encoder, model.encoder.selectLayer) * patchesOf(encoder) +
    connectorFlops(model, encoder, llm, patchesOf(encoder)) +
    2 * llmMatmul(llm) * n +
    2 * llm.layers * n ** 2 * llm.hidden;
  const cache = 2 * llm.layers * n * headDimOf(llm) * llm.kvHeads;
  return {
    flops: EVALUATION_PASSES * questions * forward,
    peakMemoryBytes:
      FLOAT *
      (frozen +
        config.decoding.batchSize * (cache + n * (8 * llm.hidden + 2 * llm.intermediate) + llm.vocab)),
    samples: questions,
    steps: Math.ceil((EVALUATION_PASSES * questions) / config.decoding.batchSize),
    tokensPerSample: n,
    trainedParameters: 0,
    frozenParameters: frozen,
  };
}
