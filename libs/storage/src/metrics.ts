import type { MetricPoint } from '@ablate/catalogue';
import { fenced, type Fence } from './attempts.js';
import type { Database, Transaction } from './database.js';
import { toText } from './json.js';

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
  await tx.$executeRaw`
    INSERT INTO metric_series (stage_key, name) SELECT ${stageKey}, unnest(${names}::text[]) ON CONFLICT DO NOTHING`;
  // One statement may touch a row once.
  const last = [...new Map(points.map((point) => [`${point.step} ${point.name}`, point])).values()];
  await tx.$executeRaw`
    INSERT INTO metric_points (series_id, step, value)
    SELECT s.id, p.step, p.value
    FROM unnest(${last.map(({ name }) => name)}::text[], ${last.map(({ step }) => step)}::int[], ${last.map(({ value }) => value)}::float8[]) AS p(name, step, value)
    JOIN metric_series s ON s.stage_key = ${stageKey} AND s.name = p.name
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
      if (telemetry.length > 0)
        await tx.$executeRaw`
          INSERT INTO telemetry (attempt_id, step, values)
          SELECT ${attemptId}, step, values
          FROM jsonb_to_recordset(${JSON.stringify(telemetry)}::jsonb) AS r(step int, values jsonb)
          ON CONFLICT DO NOTHING`;
      if (lines.length > 0) {
        const rows = lines.map((line) => ({ ...line, text: toText(line.text) }));
        await tx.$executeRaw`
          INSERT INTO log_lines (attempt_id, sequence, stream, text)
          SELECT ${attemptId}, sequence, stream, text
          FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(sequence int, stream text, text text)
          ON CONFLICT DO NOTHING`;
      }
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
