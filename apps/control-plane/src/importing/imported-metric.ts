/** The metric of a benchmark in a published table: what was printed, in its own units. */
export const importedMetric = (benchmark: string): string => `${benchmark}/score`;

/** Benchmark -> its metric, of an imported experiment. */
export const importedMetrics = ({
  evaluate = [],
}: {
  readonly evaluate?: readonly string[] | undefined;
}): ReadonlyMap<string, string> => new Map(evaluate.map((id) => [id, importedMetric(id)]));
