import { AblateError } from '@ablate/errors';

/** How answers are scored; each is a published rule (`@ablate/scoring`) or `exact`. The last two need a judge. */
export const BENCHMARK_KINDS = [
  'exact',
  'choice',
  'pope',
  'caption',
  'vqa-v2',
  'textvqa',
  'gqa',
  'mme',
  'mmbench',
  'mmmu',
  'ai2d',
  'mm-vet',
  'llava-w',
] as const;
export type BenchmarkKind = (typeof BENCHMARK_KINDS)[number];

export const isJudged = (kind: BenchmarkKind): boolean => kind === 'mm-vet' || kind === 'llava-w';

/** One question to a model. */
export interface Question {
  readonly questionId: string;
  /** Below the folder of images. */
  readonly image: string;
  /** As it is put to the model, instruction included. */
  readonly question: string;
  /** The answer wanted; for a choice its letter. */
  readonly target: string;
  /** All acceptable texts: captions, ten annotators' answers, answers to an open question; just the target where the file names none. */
  readonly references: readonly string[];
  /** Kind of question; scores are also given by category. */
  readonly category: string;
  /** Options of a choice, in the order of their letters; empty elsewhere. */
  readonly choices: readonly string[];
  /** Questions that are scored together: MME's image, MMBench's index. */
  readonly group?: string;
  /** What a judge is told of the picture (LLaVA-W). */
  readonly context?: string;
  /** What a judge is shown as the question, where an instruction was added to it. */
  readonly asked?: string;
}

export interface Benchmark {
  readonly id: string;
  readonly kind: BenchmarkKind;
  readonly questions: readonly Question[];
  /** Folder that image names start from. */
  readonly images: string;
  /** Pictures that are stored in a data file, by image name, base64. */
  readonly embedded: ReadonlyMap<string, string>;
  /** Data files that were read, relative to the benchmark's folder. */
  readonly files: readonly string[];
  /** Public format; null = this project's own. */
  readonly format: string | null;
  /** Name without the benchmark, e.g. `accuracy`. */
  readonly primaryMetric: string;
  /** Longest answer in tokens; null = the catalogue's default. */
  readonly maxNewTokens: number | null;
  /** What was left out and why; empty = nothing. */
  readonly notes: readonly string[];
}

/** A benchmark's file that is missing or says something else than its format. */
export const badFile = (file: string, problem: string, cause?: unknown): AblateError =>
  new AblateError(
    'BAD_BENCHMARK',
    `${file}: ${problem}.`,
    {
      path: file,
      rule: 'A benchmark is a folder in a public format, or of benchmark.json, questions.jsonl and images/.',
      fix: 'Restore or correct this file.',
    },
    { cause },
  );
