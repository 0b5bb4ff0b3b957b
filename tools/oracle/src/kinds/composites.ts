import { composite, paretoFront, type Objective, type Sense } from '@ablate/analysis';
import type { Json, JsonObject, OracleCase } from '../oracle-case.js';
import { numeric } from '../table.js';

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value));

export function composites({ spec, rows, expected }: OracleCase): object {
  const senses = spec['sense'] as Readonly<Record<string, Sense>>;
  const key = (run: string, benchmark: string): string => JSON.stringify([run, benchmark]);
  const scores = new Map(
    rows.map((row) => [key(row['run'] ?? '', row['benchmark'] ?? ''), numeric(row['score'])]),
  );
  const runs = [...new Set(rows.map((row) => row['run'] ?? ''))];
  const of = (without?: string): object =>
    composite(runs, senses, (run, benchmark) =>
      key(run, benchmark) === without ? null : (scores.get(key(run, benchmark)) ?? null),
    );
  // Which value is taken away stands beside the answers.
  const removed = expected['one_missing_removed'] as JsonObject | undefined;
  return {
    complete: of(),
    ...(removed && {
      one_missing: of(key(text(removed['run']), text(removed['benchmark']))),
      one_missing_removed: removed,
    }),
  };
}

type Points = Parameters<typeof paretoFront>[0];

/** Points from the file, or from beside the answers: objects with a name, or by name. */
function pointsOf(given: Json | undefined, rows: OracleCase['rows']): Points {
  const name = (row: Readonly<Record<string, unknown>>, i: number): string => {
    const found = row['run'] ?? row['id'] ?? row['name'] ?? i;
    return typeof found === 'string' ? found : JSON.stringify(found);
  };
  if (given === undefined)
    return rows.map((row, i) => ({
      id: name(row, i),
      values: Object.fromEntries(Object.entries(row).map(([key, value]) => [key, numeric(value)])),
    }));
  const numbers = (row: JsonObject): Record<string, number | null> =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [key, typeof value === 'number' ? value : null]),
    );
  return Array.isArray(given)
    ? (given as readonly JsonObject[]).map((row, i) => ({ id: name(row, i), values: numbers(row) }))
    : Object.entries(given as JsonObject).map(([id, row]) => ({ id, values: numbers(row as JsonObject) }));
}

export function pareto({ rows, expected }: OracleCase): object {
  const points = expected['points'];
  return {
    ...(points === undefined ? {} : { points }),
    fronts: (expected['fronts'] as readonly JsonObject[]).map((front) => ({
      ...(front['points'] === undefined ? {} : { points: front['points'] }),
      ...paretoFront(
        pointsOf(front['points'] ?? points, rows),
        front['objectives'] as unknown as readonly Objective[],
      ),
    })),
  };
}
