import type { MetricPoint } from '@ablate/catalogue';
import { isJudged, type Benchmark } from '@ablate/datasets';
import { majorityAnswers, mean } from '@ablate/scoring';
import { metricName, score, type Scored } from './rules.js';

/** Metrics by category, in the order in which categories first appear. */
function byCategory(benchmark: Benchmark, { scores }: Scored): Record<string, number> {
  const members = new Map<string, number[]>();
  benchmark.questions.forEach(({ category }, q) => {
    members.set(category, [...(members.get(category) ?? []), scores[q]!]);
  });
  if (members.size < 2) return {};
  return Object.fromEntries(
    [...members].map(([category, values]) => [`score_${metricName(category)}`, mean(values)]),
  );
}

const named = (prefix: string, metrics: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(metrics).map(([name, value]) => [`${prefix}${name}`, value]);

/** Everything that is said about a model on a benchmark, as points named `<benchmark>/<metric>` at step 0. */
export function metricsOf(benchmark: Benchmark, own: Scored, blind: Scored): readonly MetricPoint[] {
  const { id, questions } = benchmark;
  // A judge's time is not spent on answers that nobody gave.
  const majority = isJudged(benchmark.kind) ? null : score(benchmark, majorityAnswers(questions));
  return [
    ['n', questions.length] as [string, number],
    ...named('', own.metrics),
    ...named('', byCategory(benchmark, own)),
    ...named('blind_', blind.metrics),
    ...named('blind_', byCategory(benchmark, blind)),
    ...(majority === null
      ? []
      : [...named('majority_', majority.metrics), ...named('majority_', byCategory(benchmark, majority))]),
  ].map(([name, value]) => ({ name: `${id}/${name}`, step: 0, value }));
}
