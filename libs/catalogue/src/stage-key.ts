import { canonicalJson, contentId } from '@ablate/design-space';
import type { StageConfig } from './stage-config.js';

/**
 * Version of the built-in trainer's arithmetic. It changes whenever the same config would give other weights; a test in
 * training holds the hash of a tiny run and demands a new number when it moves.
 */
export const TRAINER_VERSION = 3;

/** What of the machinery reaches a result. */
export interface KeyContext {
  readonly trainerVersion: number;
  /** Executor and device kind, e.g. `onnx-cpu`. */
  readonly numericsClass: string;
}

/** Everything that reaches a trainer, and nothing else; it is what is hashed and what `explain` compares. */
export interface KeyInputs extends KeyContext {
  readonly keyVersion: 1;
  readonly config: StageConfig;
  /** Keys of the stages whose weights it starts from, nearest last. */
  readonly parents: readonly string[];
}

export const keyInputs = (
  config: StageConfig,
  parents: readonly string[],
  { trainerVersion, numericsClass }: KeyContext,
): KeyInputs => ({ keyVersion: 1, config, parents, trainerVersion, numericsClass });

/** sha256 of the canonical JSON of the key inputs: equal keys mean the same work with the same result. */
export const stageKey = (config: StageConfig, parents: readonly string[], context: KeyContext): string =>
  contentId(keyInputs(config, parents, context));

export interface Difference {
  /** Dotted path, e.g. `config.optimiser.learningRate`. */
  readonly path: string;
  /** undefined = absent on that side. */
  readonly a: unknown;
  readonly b: unknown;
}

/** The leaves in which two JSON values differ, in order of their paths; an empty list means equal keys. */
export function explainDifference(a: unknown, b: unknown, path = ''): readonly Difference[] {
  const isTree = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null;
  if (isTree(a) && isTree(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
    return keys.flatMap((key) => explainDifference(a[key], b[key], path === '' ? key : `${path}.${key}`));
  }
  const same = a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b));
  return same ? [] : [{ path, a, b }];
}
