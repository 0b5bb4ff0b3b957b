import type { Throughput } from '@ablate/storage';

/** Seconds of a stage; observed throughput of finished stages where there is any. */
export interface Clock {
  readonly from: 'measured' | 'prior';
  readonly seconds: (stage: { readonly kind: string; readonly flops: number }) => number;
  /** Of so many stages with so many operations together. */
  readonly total: (work: {
    readonly kind: string;
    readonly stages: number;
    readonly flops: number;
  }) => number;
}

/** One core of a current laptop under ONNX Runtime, small matrices included; a prior until a stage has finished. */
const PRIOR_FLOPS_PER_SECOND: Readonly<Record<string, number>> = { train: 25e9, evaluate: 12e9 };
/** Starting a process and compiling graphs. */
const OVERHEAD_SECONDS = 2;

/** A clock from what finished stages took, overhead included. */
export function clockOf(observed: readonly Throughput[]): Clock {
  const measured = new Map(observed.map(({ kind, flopsPerSecond }) => [kind, flopsPerSecond]));
  const total: Clock['total'] = ({ kind, stages, flops }) => {
    const rate = measured.get(kind);
    return rate === undefined
      ? stages * OVERHEAD_SECONDS + flops / PRIOR_FLOPS_PER_SECOND[kind]!
      : flops / rate;
  };
  return {
    from: measured.size > 0 ? 'measured' : 'prior',
    seconds: ({ kind, flops }) => total({ kind, stages: 1, flops }),
    total,
  };
}

export interface TimedStage {
  readonly key: string;
  /** Those that are not in the list count as done. */
  readonly parents: readonly string[];
  readonly seconds: number;
}

/** Wall clock of stages on some slots: whenever a slot is free it takes the first stage whose parents are done (list scheduling, Graham 1966). */
export function wallSeconds(stages: readonly TimedStage[], slots: number): number {
  const known = new Set(stages.map(({ key }) => key));
  const missing = new Map<string, number>();
  const children = new Map<string, TimedStage[]>();
  const ready: TimedStage[] = [];
  for (const stage of stages) {
    const parents = stage.parents.filter((parent) => known.has(parent));
    missing.set(stage.key, parents.length);
    for (const parent of parents) {
      const list = children.get(parent);
      if (list) list.push(stage);
      else children.set(parent, [stage]);
    }
    if (parents.length === 0) ready.push(stage);
  }
  let now = 0;
  let taken = 0;
  let running: { readonly key: string; readonly end: number }[] = [];
  while (taken < ready.length || running.length > 0) {
    for (; running.length < Math.max(1, slots) && taken < ready.length; taken += 1) {
      const { key, seconds } = ready[taken]!;
      running.push({ key, end: now + seconds });
    }
    const first = running.reduce((a, b) => (b.end < a.end ? b : a));
    running = running.filter((entry) => entry !== first);
    now = first.end;
    for (const child of children.get(first.key) ?? []) {
      const left = missing.get(child.key)! - 1;
      missing.set(child.key, left);
      if (left === 0) ready.push(child);
    }
  }
  return now;
}
