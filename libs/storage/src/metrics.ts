import type { MetricPoint } from '@ablate/catalogue';
import { fenced, type Fence } from './attempts.js';
import type { Database, Transaction } from './database.js';
import { toJson, toText } from './json.js';

export interface Series {
  readonly stage: string;
  readonly name: string;
  readonly points: readonly { readonly step: number; readonly value: number }[];
}

export interface StreamLine {
  readonly sequence: number;
  readonly stream: string;
  readonly text: string;
}

export interface Batch {
  readonly points: readonly MetricPoint[];
  readonly telemetry: readonly { readonly step: number; readonly values: Readonly<Record<string, number>> }[];
  readonly lines: readonly StreamLine[];
}

async function writePoints(tx: Transaction, stageKey: string, points: readonly MetricPoint[]): Promise<void> {
  const names = [...new Set(points.map(({ name }) => name))];
  await tx.metricSeries.createMany({
    data: names.map((name) => ({ stageKey, name })),
    skipDuplicates: true,
  });
  const series = await tx.metricSeries.findMany({ where: { stageKey, name: { in: names } } });
  const idOf = new Map(series.map(({ id, name }) => [name, id]));
  // One statement may touch a row once.
  const last = [...new Map(points.map((point) => [`${point.step} ${point.name}`, point])).values()];
  await tx.$executeRaw`
    INSERT INTO metric_points (series_id, step, value)
    SELECT * FROM unnest(${last.map(({ name }) => idOf.get(name)!)}::int[], ${last.map(({ step }) => step)}::int[], ${last.map(({ value }) => value)}::float8[])
    ON CONFLICT (series_id, step) DO UPDATE SET value = EXCLUDED.value`;
}

/** Metric points of stages, telemetry and logs of attempts. */
export class MetricRepository {
  constructor(private readonly database: Database) {}

  /** Writes a batch in one transaction and a few statements, whatever its size. Of a point that exists or comes twice the last value stays. */
  async write(fence: Fence, stageKey: string, { points, telemetry, lines }: Batch): Promise<void> {
    const { attemptId } = fence;
    await fenced(this.database, fence, async (tx) => {
      if (points.length > 0) await writePoints(tx, stageKey, points);
      if (telemetry.length > 0) {
        await tx.telemetry.createMany({
          data: telemetry.map(({ step, values }) => ({ attemptId, step, values: toJson(values) })),
          skipDuplicates: true,
        });
      }
      if (lines.length > 0)
        await tx.logLine.createMany({
          data: lines.map((line) => ({ ...line, attemptId, text: toText(line.text) })),
          skipDuplicates: true,
        });
    });
  }

  /** Series of stages, by stage in the given order, name and step. */
  async series(stageKeys: readonly string[], name?: string): Promise<Series[]> {
    const rows = await this.database.metricSeries.findMany({
      where: { stageKey: { in: [...stageKeys] }, ...(name === undefined ? {} : { name }) },
      include: { points: { orderBy: { step: 'asc' }, select: { step: true, value: true } } },
      orderBy: { name: 'asc' },
    });
    const place = new Map(stageKeys.map((key, i) => [key, i]));
    return rows
      .sort((a, b) => place.get(a.stageKey)! - place.get(b.stageKey)!)
      .map((row) => ({ stage: row.stageKey, name: row.name, points: row.points }));
  }

  /** Last value of every metric of some stages: one step in the index a series, whatever its length. */
  async last(stageKeys: readonly string[]): Promise<{ stage: string; name: string; value: number }[]> {
    return this.database.$queryRaw`
      SELECT s.stage_key AS stage, s.name, p.value
      FROM metric_series s
      CROSS JOIN LATERAL (SELECT value FROM metric_points WHERE series_id = s.id ORDER BY step DESC LIMIT 1) p
      WHERE s.stage_key = ANY(${[...stageKeys]}) ORDER BY s.stage_key, s.name`;
  }

  /** The last lines, in order. */
  logs(
    stageKeys: readonly string[],
    limit: number,
  ): Promise<
    { attemptId: string; sequence: number; stream: string; text: string; attempt: { stageKey: string } }[]
  > {
    return this.database.logLine.findMany({
      where: { attempt: { stageKey: { in: [...stageKeys] } } },
      orderBy: [{ attempt: { queuedAt: 'asc' } }, { attemptId: 'asc' }, { sequence: 'asc' }],
      take: -limit,
      include: { attempt: { select: { stageKey: true } } },
    });
  }
}
