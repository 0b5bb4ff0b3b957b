import type { BenchmarkKind, Question } from './question.js';

/** What a reader of a public format finds in a folder. */
export interface Found {
  readonly questions: readonly Question[];
  /** Data files, relative to the folder. */
  readonly files: readonly string[];
  /** Folders that may hold the images, the first that is there counts; none = the benchmark's own folder. */
  readonly images?: readonly string[];
  readonly embedded?: ReadonlyMap<string, string>;
  readonly notes?: readonly string[];
}

export interface FormatOptions {
  /** TextVQA: add the OCR tokens to the question, as LLaVA does. */
  readonly ocr: boolean;
}

/** A public format of benchmark files. */
export interface Format {
  readonly kind: BenchmarkKind;
  readonly primaryMetric: string;
  /** Source: TinyLLaVA Factory's evaluation scripts (vlm.md 5). */
  readonly maxNewTokens: number;
  /** Names of folders that say the format without a benchmark.json, lower case. */
  readonly folders: readonly string[];
  readonly read: (folder: string, options: FormatOptions) => Promise<Found>;
}
