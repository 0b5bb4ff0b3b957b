import type { Throughput } from '@ablate/storage';

/** Seconds of a stage; observed throughput of finished stages where there is any. */
export interface Clock {
  readonly from: 'measured' | 'prior';
  seconds(stage: { readonly kind: string; readonly flops: number }): number;
}

/** One core of a current laptop under ONNX Runtime, small matrices included; a prior until a stage has finished. */
const PRIOR_FLOPS_PER_SECOND: Readonly<Record<string, number>> = { train: 25e9, evaluate: 12e9 };
/** Starting a process and compiling graphs. */
const OVERHEAD_SECONDS = 2;

/** A clock from what finished stages took, overhead included. */
export function clockOf(observed: readonly Throughput[]): Clock {
  const measured = new Map(observed.map(({ kind, flopsPerSecond }) => [kind, flopsPerSecond]));
  return {
    from: measured.size > 0 ? 'measured' : 'prior',
    seconds: ({ kind, flops }) => {
      const rate = measured.get(kind);
      return rate === undefined ? OVERHEAD_SECONDS + flops / PRIOR_FLOPS_PER_SECOND[kind]! : flops / rate;
    },
  };
}

/** Wall clock of stages on some slots: list scheduling in the given order, parents before children (Graham 1966). */
export function wallSeconds(
  stages: readonly { readonly key: string; readonly parents: readonly string[]; readonly seconds: number }[],
  slots: number,
): number {
  const free = new Array<number>(Math.max(1, slots)).fill(0);
  const end = new Map<string, number>();
  for (const { key, parents, seconds } of stages) {
    const ready = Math.max(0, ...parents.map((parent) => end.get(parent) ?? 0));
    const slot = free.indexOf(Math.min(...free));
    free[slot] = Math.max(free[slot]!, ready) + seconds;
    end.set(key, free[slot]);
  }
  return Math.max(0, ...end.values());
}
