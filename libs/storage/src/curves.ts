import type { Database } from './database.js';

export interface Member {
  readonly group: string;
  readonly stageKey: string;
}

export interface CurvePoint {
  readonly group: string;
  readonly step: number;
  readonly n: number;
  readonly mean: number;
  readonly sd: number | null;
}

/** Means of one series over the stages of each group, step by step. */
export class CurveRepository {
  constructor(private readonly database: Database) {}

  /** Names of training series of an experiment, as `stage/name`, in the order of the stages. */
  async names(experiment: string): Promise<string[]> {
    const rows = await this.database.$queryRaw<{ name: string }[]>`
      SELECT st.name || '/' || m.name AS name
      FROM (SELECT rs.stage_key, min(rs.position) AS position FROM runs r JOIN run_stages rs ON rs.run_id = r.id
        WHERE r.experiment_id = ${experiment} GROUP BY rs.stage_key) own
      JOIN stages st ON st.key = own.stage_key AND st.kind = 'train' JOIN metric_series m ON m.stage_key = st.key
      GROUP BY st.name, m.name ORDER BY min(own.position), st.name, m.name`;
    return rows.map(({ name }) => name);
  }

  /**
   * At most about `most` steps of each group: those of one of its series, evenly spaced, so that no point is read that is not shown.
   * Every series of a group counts at every step that it has.
   */
  async means(members: readonly Member[], name: string, most: number): Promise<CurvePoint[]> {
    const groups = members.map(({ group }) => group);
    const keys = members.map(({ stageKey }) => stageKey);
    return this.database.$queryRaw<CurvePoint[]>`
      WITH series AS MATERIALIZED (
        SELECT m.name AS grp, s.id FROM unnest(${groups}::text[], ${keys}::text[]) AS m(name, key)
        JOIN metric_series s ON s.stage_key = m.key AND s.name = ${name}
      ), ruler AS (
        SELECT DISTINCT ON (grp) grp, id FROM (
          SELECT grp, id, (SELECT max(step) FROM metric_points p WHERE p.series_id = series.id) AS last FROM series) longest
        ORDER BY grp, last DESC NULLS LAST, id
      ), numbered AS (
        SELECT r.grp, p.step, row_number() OVER (PARTITION BY r.grp ORDER BY p.step) - 1 AS place, count(*) OVER (PARTITION BY r.grp) AS n
        FROM ruler r JOIN metric_points p ON p.series_id = r.id
      ), steps AS MATERIALIZED (
        SELECT grp, step FROM numbered WHERE place % GREATEST(1, ceil(n::float8 / ${most}))::bigint = 0 OR place = n - 1
      )
      SELECT s.grp AS "group", t.step, count(p.value)::int AS n, avg(p.value)::float8 AS mean, stddev_samp(p.value)::float8 AS sd
      FROM series s JOIN steps t ON t.grp = s.grp JOIN metric_points p ON p.series_id = s.id AND p.step = t.step
      GROUP BY s.grp, t.step ORDER BY s.grp, t.step`;
  }
}
