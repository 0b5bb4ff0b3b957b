/**
 * What this deployment has, as the control plane finds it by indexing folders (configs, sizes, digests; no tensors read).
 * Everything a plan needs to know of a backbone, a data recipe or a benchmark is here.
 */

/** `mof` is a mixture of features: a CLIP and a DINOv2 of one width, whose tokens alternate. */
export type EncoderArchitecture = 'clip' | 'siglip' | 'dinov2' | 'mof';
export type LlmArchitecture = 'llama' | 'phi' | 'stablelm' | 'qwen2' | 'gemma' | 'openelm';

interface BackboneBase {
  readonly id: string;
  /** sha256 over the folder's manifest. */
  readonly digest: string;
  /** Numbers in the weights file, from its header. */
  readonly parameters: number;
  /** Size of the weights file. */
  readonly bytes: number;
}

/** A vision tower; widths and counts as in its config.json. */
export interface EncoderEntry extends BackboneBase {
  readonly kind: 'encoder';
  readonly architecture: EncoderArchitecture;
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediate: number;
  readonly patch: number;
  /** Edge of the images that it is given. */
  readonly imageSize: number;
}

/** A language model; widths and counts as in its config.json. */
export interface LlmEntry extends BackboneBase {
  readonly kind: 'llm';
  readonly architecture: LlmArchitecture;
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly intermediate: number;
  readonly vocab: number;
  readonly maxPositions: number;
  /** Channels of a head, where they are not hidden / heads. */
  readonly headDim?: number;
  /** Layers' own sizes, where they differ (OpenELM). */
  readonly layerSizes?: readonly {
    readonly heads: number;
    readonly groups: number;
    readonly intermediate: number;
  }[];
}

export type BackboneEntry = EncoderEntry | LlmEntry;

/** One file of records, e.g. `pretrain`. */
export interface RecipePart {
  /** sha256 of the part's manifest (records and images). */
  readonly digest: string;
  readonly samples: number;
  /** Samples without an image. */
  readonly textOnly: number;
  /** Mean number of characters of all turns of a sample; estimates only. */
  readonly meanCharacters: number;
}

export interface RecipeEntry {
  readonly id: string;
  readonly parts: Readonly<Record<string, RecipePart>>;
}

export interface BenchmarkEntry {
  readonly id: string;
  readonly digest: string;
  readonly questions: number;
  /** Mean number of characters of a question; estimates only. */
  readonly meanCharacters: number;
  /** Name without the benchmark, e.g. `accuracy`. */
  readonly primaryMetric: string;
  /** Longest answer in tokens; null = the catalogue's default. */
  readonly maxNewTokens: number | null;
  /** Graded by a judge (MM-Vet, LLaVA-W). Absent = by a rule. */
  readonly judged?: true;
}

export interface CatalogueIndex {
  readonly backbones: readonly BackboneEntry[];
  readonly recipes: readonly RecipeEntry[];
  readonly benchmarks: readonly BenchmarkEntry[];
  /** Whether a judge is set; where it is false, grids with judged benchmarks are refused. */
  readonly judge?: boolean;
}
