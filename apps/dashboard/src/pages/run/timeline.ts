import type { RunDetail } from '@ablate/contracts';

type Attempt = RunDetail['stageList'][number]['attemptList'][number];

export interface Bar {
  readonly attempt: Attempt;
  /** Shares of the timeline's width. */
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
}

export interface Timeline {
  readonly seconds: number;
  readonly bars: ReadonlyMap<string, readonly Bar[]>;
}

/** Attempts of all stages on one clock, from the first start to the last end or now. */
export function timelineOf(stages: RunDetail['stageList'], now: number): Timeline {
  const begun = stages.flatMap(({ attemptList }) =>
    attemptList.filter(({ startedAt }) => startedAt !== null),
  );
  const start = Math.min(...begun.map(({ startedAt }) => Date.parse(startedAt!)));
  const endOf = ({ finishedAt }: Attempt): number => (finishedAt === null ? now : Date.parse(finishedAt));
  const end = Math.max(...begun.map(endOf));
  const span = Math.max(1, end - start);
  return {
    seconds: begun.length === 0 ? 0 : span / 1000,
    bars: new Map(
      stages.map(({ key, attemptList }) => [
        key,
        attemptList.flatMap((attempt) => {
          if (attempt.startedAt === null) return [];
          const from = Date.parse(attempt.startedAt);
          const to = endOf(attempt);
          return [
            {
              attempt,
              from: (from - start) / span,
              to: (to - start) / span,
              seconds: Math.max(0, to - from) / 1000,
            },
          ];
        }),
      ]),
    ),
  };
}
