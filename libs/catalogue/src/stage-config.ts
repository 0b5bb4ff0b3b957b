/** What reaches a trainer or an evaluator. Everything here is hashed into the stage key; paths are not (they resolve ids). */

export interface BackboneRef {
  readonly id: string;
  /** sha256 over the folder's manifest (config.json, tokenizer.json, weights). */
  readonly digest: string;
}

export interface EncoderConfig extends BackboneRef {
  /** Index into hidden states, -2 = the layer before the last, without the final norm (vlm.md 1.1). */
  readonly selectLayer: number;
  /** `patch` drops the class token where there is one; `legacy-siglip` also drops SigLIP's first patch (vlm.md 4.6). */
  readonly tokens: 'patch' | 'cls-patch' | 'legacy-siglip';
}

export type ConnectorConfig =
  | { readonly kind: 'identity' }
  | { readonly kind: 'linear' }
  | { readonly kind: 'mlp'; readonly depth: number }
  | {
      readonly kind: 'resampler';
      readonly numQueries: number;
      readonly depth: number;
      readonly heads: number;
      readonly headDim: number;
    }
  | {
      readonly kind: 'qformer';
      readonly numQueries: number;
      readonly depth: number;
      /** Width of the queries, and of the feed-forward between them. */
      readonly hidden: number;
      readonly intermediate: number;
      readonly heads: number;
    }
  /** Two MLPs for the two halves of a mixture-of-features encoder's tokens. */
  | { readonly kind: 'mof_mlp' }
  /** Squares of `factor` x `factor` patches become one token. */
  | { readonly kind: 'pixel_shuffle'; readonly factor: number };

export interface LoraConfig {
  readonly rank: number;
  readonly alpha: number;
  readonly dropout: number;
  /** Linear layers by the end of their names, e.g. `q_proj`; absent = every one but the head. */
  readonly targets?: readonly string[];
}

/**
 * How one part is trained in one stage. `partial` trains the blocks from `fromLayer` (0-based) on and nothing outside the blocks.
 * Source: the Factory's `partially-tune`, which leaves a DINOv2 frozen without saying so; here every architecture's blocks are found.
 */
export type Tuning =
  | { readonly mode: 'frozen' }
  | { readonly mode: 'full' }
  | { readonly mode: 'partial'; readonly fromLayer: number }
  | ({ readonly mode: 'lora' } & LoraConfig);

export interface DataConfig {
  /** Data recipe, e.g. `emoji-base`. */
  readonly recipe: string;
  /** Which file of the recipe this stage reads, e.g. `pretrain`, `finetune`. */
  readonly part: string;
  /** sha256 of that part's manifest (records and images). */
  readonly digest: string;
  /** First n records in the file's order; null = all. */
  readonly maxSamples: number | null;
  /**
   * Samples whose label mask does not meet their tokens ("tokenization mismatch"): `drop` trains on none of their tokens, as the
   * reference does; `keep` on the answers before the place where the mask fails; `refuse` ends the stage and names them. Absent = `drop`.
   */
  readonly mismatched?: 'drop' | 'keep' | 'refuse';
  /** Fills sequences of `maxLength` with several samples one after the other, which see each other (nanoVLM). Absent = false. */
  readonly packing?: boolean;
}

export interface OptimiserConfig {
  readonly learningRate: number;
  /** null = the same as learningRate (LLaVA's mm_projector_lr). */
  readonly connectorLearningRate: number | null;
  /** Absent = the same as learningRate. */
  readonly encoderLearningRate?: number;
  /** Absent = the same as learningRate. */
  readonly llmLearningRate?: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Global gradient norm; null = no clipping, the reference's effective behaviour (vlm.md 4.7). */
  readonly clipNorm: number | null;
}

export interface ScheduleConfig {
  /** Names of transformers' `SchedulerType`. */
  readonly kind:
    | 'cosine'
    | 'linear'
    | 'constant'
    | 'constant_with_warmup'
    | 'cosine_with_min_lr'
    | 'cosine_with_restarts'
    | 'polynomial'
    | 'inverse_sqrt';
  readonly warmupRatio: number;
  /** Waves of a cosine; 0.5 unless said otherwise, 1 with restarts. */
  readonly cycles?: number;
  /** Exponent of `polynomial`; 1 unless said otherwise. */
  readonly power?: number;
  /** Where `cosine_with_min_lr` and `polynomial` end, as a share of the learning rate; 0 unless said otherwise. */
  readonly minFactor?: number;
}

/**
 * How a conversation becomes a text. TinyLLaVA Factory's: `pretrain` (image and caption only), `llama`, `phi`, `gemma`, `qwen2_base` and
 * `qwen2_instruct` (one form, each with its tokenizer's end token). `chatml`: nanoVLM's and SmolVLM's roles. `prismatic`: "In: ... Out: ...".
 */
export const TEMPLATES = [
  'pretrain',
  'llama',
  'phi',
  'gemma',
  'qwen2_base',
  'qwen2_instruct',
  'chatml',
  'prismatic',
] as const;
export type TemplateName = (typeof TEMPLATES)[number];

export interface TrainStageConfig {
  readonly version: 1;
  readonly kind: 'train';
  /** Name in the strategy, e.g. `pretrain`, `finetune`. */
  readonly stage: string;
  readonly encoder: EncoderConfig;
  readonly connector: ConnectorConfig;
  readonly llm: BackboneRef;
  readonly data: DataConfig;
  readonly template: TemplateName;
  /** System sentence of the conversation template. */
  readonly system: string;
  readonly maxLength: number;
  readonly imageAspect: 'square' | 'pad';
  /** Whether a picture is turned as its EXIF says; the reference ignores it. Absent = `ignore`. */
  readonly exifOrientation?: 'ignore' | 'apply';
  readonly tune: { readonly encoder: Tuning; readonly connector: Tuning; readonly llm: Tuning };
  readonly optimiser: OptimiserConfig;
  readonly schedule: ScheduleConfig;
  /** Samples per optimiser update (the global batch that papers report). */
  readonly batchSize: number;
  /** Equal micro-batches into which a batch is cut; must divide batchSize. */
  readonly accumulation: number;
  readonly epochs: number;
  /** Optimiser updates in place of whole epochs (transformers' `max_steps`). Absent = epochs. */
  readonly maxSteps?: number;
  /** Computes each layer's activations again in the backward pass instead of keeping them (Chen et al. 2016). Absent = false. */
  readonly gradientCheckpointing?: boolean;
  /** `micro-batch` = mean of micro-batch means (the reference), `token` = weighted by target tokens. */
  readonly lossReduction: 'micro-batch' | 'token';
  readonly groupByModalityLength: boolean;
  /** Steps between checkpoints, the last step excluded. */
  readonly checkpointEvery: number;
  readonly seed: number;
}

export interface EvaluateStageConfig {
  readonly version: 1;
  readonly kind: 'evaluate';
  /** `evaluate:<benchmark id>`. */
  readonly stage: string;
  readonly benchmark: { readonly id: string; readonly digest: string };
  readonly decoding: { readonly maxNewTokens: number; readonly batchSize: number };
  /** Seed of the permutation that shuffles images between questions in the blind control. */
  readonly blindSeed: number;
  /** Who grades the answers, and with which wording; only where the benchmark needs a judge. */
  readonly judge?: { readonly model: string; readonly prompt: number };
}

export type StageConfig = TrainStageConfig | EvaluateStageConfig;
