import type { BackboneEntry, CatalogueIndex, EncoderEntry, LlmEntry } from './catalogue-index.js';
import { connectorParameters, connectorTokens } from './connectors.js';
import type { LoraConfig, StageConfig, TrainStageConfig, Tuning } from './stage-config.js';
import { encoderLinears, headDimOf, isTarget, llmLinears, type LinearLayer } from './tuning.js';

/** What a stage costs by the formulas of vlm.md section 6; a prior that observed throughput corrects. */
export interface StageEstimate {
  /** FLOPs of the whole stage, what gradient checkpointing computes again included. */
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
export const layersUsed = (entry: EncoderEntry, selectLayer: number): number =>
  selectLayer >= 0 ? selectLayer : entry.layers + 1 + selectLayer;

/** Parameters of an encoder's matrix products up to the selected layer. */
export function encoderMatmul(entry: EncoderEntry, selectLayer: number): number {
  const { hidden: d, intermediate: f, patch } = entry;
  return 3 * patch * patch * d + layersUsed(entry, selectLayer) * (4 * d * d + 2 * d * f);
}

/** Parameters of an LLM's matrix products: blocks and head, without the embedding table. */
export const llmMatmul = (entry: LlmEntry): number =>
  sumOver(blocks(entry), ({ inputs, outputs }) => inputs * outputs) + entry.vocab * entry.hidden;

/** The linear layers of all blocks. */
const blocks = (entry: LlmEntry): readonly LinearLayer[] =>
  Array.from({ length: entry.layers }, (_, i) => llmLinears(entry, i)).flat();

const sumOver = (layers: readonly LinearLayer[], count: (layer: LinearLayer) => number): number =>
  layers.reduce((sum, layer) => sum + count(layer), 0);

/** LoRA: r(in + out) for every linear layer that it adapts; the head is none (vlm.md 1.5). */
export const loraParameters = (layers: readonly LinearLayer[], lora: LoraConfig): number =>
  sumOver(
    layers.filter(({ name }) => isTarget(name, lora)),
    ({ inputs, outputs }) => lora.rank * (inputs + outputs),
  );

/** Adapters of a whole backbone. */
export const backboneLora = (entry: BackboneEntry, lora: LoraConfig): number =>
  entry.kind === 'llm'
    ? loraParameters(blocks(entry), lora)
    : entry.layers * loraParameters(encoderLinears(entry), lora);

/** Trained numbers of a backbone. Blocks are counted by their linear layers, which are all but a thousandth of them. */
export function trainedParameters(entry: BackboneEntry, tuning: Tuning): number {
  switch (tuning.mode) {
    case 'frozen':
      return 0;
    case 'full':
      return entry.parameters;
    case 'lora':
      return backboneLora(entry, tuning);
    case 'partial': {
      const block = (i: number): readonly LinearLayer[] =>
        entry.kind === 'llm' ? llmLinears(entry, i) : encoderLinears(entry);
      const trained = Array.from({ length: entry.layers }, (_, i) => block(i)).slice(tuning.fromLayer);
      return sumOver(trained.flat(), ({ inputs, outputs }) => inputs * outputs);
    }
  }
}

/**
 * FLOPs a token and parameter, by pass: 2 forward, 2 for the gradient of the data, 2 for that of the weights. Where only the blocks from
 * `fromLayer` on are trained, weights' gradients are those blocks', and so are the data's unless something below is trained (vlm.md 6).
 */
function passFlops(tuning: Tuning, layers: number, isBelowTrained: boolean): number {
  const data = isBelowTrained || tuning.mode === 'full' || tuning.mode === 'lora' ? 2 : 0;
  if (tuning.mode !== 'partial') return 2 + data + (tuning.mode === 'full' ? 2 : 0);
  const share = Math.max(0, layers - tuning.fromLayer) / layers;
  return 2 + (isBelowTrained ? 2 : 2 * share) + 2 * share;
}

interface Parts {
  readonly encoder: EncoderEntry;
  readonly llm: LlmEntry;
}

/** Forward and backward FLOPs of one sample with `text` text tokens (vlm.md 6, standard accounting). */
function trainFlops(config: TrainStageConfig, { encoder, llm }: Parts, text: number): number {
  const { tune, connector } = config;
  const patches = patchesOf(encoder);
  const image = connectorTokens(connector, patches);
  const n = image + text;
  const seen = patches / towers(encoder.architecture) + (encoder.architecture === 'siglip' ? 0 : 1);
  const used = layersUsed(encoder, config.encoder.selectLayer);
  // What is kept for the backward pass, or computed again.
  const again = config.gradientCheckpointing === true ? 2 : 0;
  const visionPasses = passFlops(tune.encoder, used, false) + (tune.encoder.mode === 'frozen' ? 0 : again);
  const vision =
    (visionPasses / 2) *
    towers(encoder.architecture) *
    (2 * encoderMatmul(encoder, config.encoder.selectLayer) * seen + 4 * used * seen ** 2 * encoder.hidden);
  const bridge =
    connectorFlops(config, encoder, llm, patches) *
    (passFlops(tune.connector, 1, tune.encoder.mode !== 'frozen') / 2);
  const isBelowTrained = tune.encoder.mode !== 'frozen' || tune.connector.mode !== 'frozen';
  const language = (passFlops(tune.llm, llm.layers, isBelowTrained) + again) * llmMatmul(llm) * n;
  // Attention has no weights: its backward pass is twice its forward pass in every mode.
  const attention = (3 + again / 2) * 2 * llm.layers * n ** 2 * llm.hidden;
  const adapters =
    (tune.llm.mode === 'lora' ? 6 * backboneLora(llm, tune.llm) * n : 0) +
    (tune.encoder.mode === 'lora' ? 6 * backboneLora(encoder, tune.encoder) * seen : 0);
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
 * Activations kept for the backward pass, in bytes: per layer and token 8h + 2f (3f when gated) numbers, and the attention weights,
 * heads * n^2 a layer; then logits, their log-probabilities and gradient. With checkpointing each layer's input is kept, and all of one.
 * Source: Korthikanti et al. 2022 (arXiv 2205.05198) section 4.1, without dropout masks and in float32; Chen et al. 2016.
 */
function activationBytes(config: TrainStageConfig, { encoder, llm }: Parts, n: number): number {
  const micro = config.batchSize / config.accumulation;
  const gated = llm.architecture === 'phi' ? 2 : 3;
  const patches = patchesOf(encoder);
  const stack = (layers: number, layer: number, input: number): number =>
    config.gradientCheckpointing === true ? layers * input + layer : layers * layer;
  const language = stack(
    llm.layers,
    n * (8 * llm.hidden + gated * llm.intermediate) + llm.heads * n ** 2,
    n * llm.hidden,
  );
  const { tune } = config;
  const first = tune.encoder.mode === 'partial' ? tune.encoder.fromLayer : 0;
  const vision =
    tune.encoder.mode === 'frozen'
      ? patches * encoder.hidden
      : stack(
          encoder.layers - first,
          patches * (8 * encoder.hidden + 2 * encoder.intermediate) + encoder.heads * patches ** 2,
          patches * encoder.hidden,
        );
  return FLOAT * micro * (language + vision + 3 * n * llm.vocab);
}

/** Trained and frozen numbers of a stage. LoRA's base weights count as frozen. */
export function stageParameters(
  config: TrainStageConfig,
  { encoder, llm }: Parts,
): { trained: number; frozen: number } {
  const { tune } = config;
  const connector = connectorParameters(config.connector, encoder.hidden, llm.hidden);
  const bridge =
    tune.connector.mode === 'full'
      ? connector
      : tune.connector.mode === 'lora'
        ? Math.min(connector, tune.connector.rank * (encoder.hidden + llm.hidden))
        : 0;
  const [vision, language] = [trainedParameters(encoder, tune.encoder), trainedParameters(llm, tune.llm)];
  // LoRA trains numbers of its own; what else is trained is not frozen.
  const rest = ({ mode }: Tuning, all: number, trained: number): number =>
    mode === 'lora' ? all : all - trained;
  const frozen =
    rest(tune.encoder, encoder.parameters, vision) +
    rest(tune.connector, connector, bridge) +
    rest(tune.llm, llm.parameters, language);
  return { trained: vision + bridge + language, frozen };
}

function estimateTraining(config: TrainStageConfig, parts: Parts, index: CatalogueIndex): StageEstimate {
  const part = index.recipes.find(({ id }) => id === config.data.recipe)?.parts[config.data.part];
  const samples = Math.min(config.data.maxSamples ?? Infinity, part?.samples ?? 0);
  const text = Math.ceil((part?.meanCharacters ?? 0) / CHARACTERS_PER_TOKEN);
  const n = Math.min(config.maxLength, connectorTokens(config.connector, patchesOf(parts.encoder)) + text);
  const { trained, frozen } = stageParameters(config, parts);
  const { batchSize, epochs, maxSteps } = config;
  const steps = maxSteps ?? Math.ceil(samples / batchSize) * epochs;
  return {
    flops:
      (maxSteps === undefined ? samples * epochs : maxSteps * batchSize) * trainFlops(config, parts, text),
    peakMemoryBytes: BYTES_TRAINED * trained + FLOAT * frozen + activationBytes(config, parts, n),
    samples,
    steps,
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
