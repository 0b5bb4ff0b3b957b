/** The grid as a researcher writes it (YAML or JSON). Field names are a contract with every file that exists. */

export type Scalar = string | number | boolean | null;
export type JsonValue = Scalar | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A level with settings, e.g. `{ id: resampler, numQueries: 16 }`. */
export type ObjectLevel = Readonly<Record<string, JsonValue>>;
/** One value of an axis. */
export type Level = Scalar | ObjectLevel;

/** Axis -> level, or a list of which any fits. All entries must hold. */
export type Condition = Readonly<Record<string, Level | readonly Level[]>>;
/** Axis -> level. */
export type Levels = Readonly<Record<string, Level>>;

export type DesignSpec =
  | 'full_factorial'
  | 'one_at_a_time'
  | { readonly fractional: { readonly runs: number; readonly seed?: number | undefined } }
  | { readonly random: { readonly runs: number; readonly seed?: number | undefined } };

/** `n` means the values 1..n; `redraws` names the training stages whose seed changes with the value (default: all). */
export type SeedSpec =
  number | { readonly values: readonly number[]; readonly redraws?: readonly string[] | undefined };

export interface EarlyStopSpec {
  readonly kind: 'asha';
  readonly metric: string;
  readonly reduction: number;
  readonly minSteps: number;
}

export interface ResourcesSpec {
  readonly devices?: number | undefined;
  readonly pool?: string | undefined;
}

export interface GridSpec {
  readonly version: 1;
  readonly project: string;
  readonly name: string;
  /** `encoder`, `connector`, `llm`, `data`, `strategy`, and dotted paths into the run's config. */
  readonly axes: Readonly<Record<string, readonly Level[]>>;
  /** Axis -> the condition under which it exists. */
  readonly when?: Readonly<Record<string, Condition>> | undefined;
  /** Groups of axes that move together. */
  readonly zip?: readonly (readonly string[])[] | undefined;
  readonly exclude?: readonly Condition[] | undefined;
  /** Extra cells; axes that are missing take the baseline's level. */
  readonly include?: readonly Levels[] | undefined;
  readonly baseline?: Levels | undefined;
  readonly design?: DesignSpec | undefined;
  readonly seeds?: SeedSpec | undefined;
  /** Benchmarks; the first one's primary metric decides the best cell. */
  readonly evaluate?: readonly string[] | undefined;
  /** Dotted path -> value, below the axes. */
  readonly defaults?: Readonly<Record<string, JsonValue>> | undefined;
  readonly earlyStop?: EarlyStopSpec | undefined;
  readonly resources?: ResourcesSpec | undefined;
  /** 0..100, higher first. */
  readonly priority?: number | undefined;
  readonly maxParallel?: number | undefined;
}

/** One combination of levels. Axes that `when` switches off are absent. */
export interface Cell {
  /** sha256 of the canonical JSON of `levels`. */
  readonly id: string;
  readonly levels: Levels;
}

/** What an experiment draws: one run per cell and value. `redraws: null` = every training stage. */
export interface Seeds {
  readonly values: readonly number[];
  readonly redraws: readonly string[] | null;
}

/** A grid, expanded: stable order, no duplicates. */
export interface Expansion {
  readonly cells: readonly Cell[];
  readonly seeds: Seeds;
  /** The baseline's levels (first levels where none is given), after `when`. */
  readonly baseline: Levels;
  /** Its cell id, when it is one of the cells. */
  readonly baselineId: string | null;
  /** What the person should know, e.g. what exclude took from a fraction's balance. */
  readonly notes: readonly string[];
}
