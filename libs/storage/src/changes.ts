import type { Database } from './database.js';

/** Digests of what pages show; two that are equal show the same. */
export interface Fingerprint {
  readonly experiments: ReadonlyMap<string, string>;
  readonly workers: string;
  readonly queue: string;
}

/** Cheap looks at everything that moves: experiments that run or ended lately, workers, the queue. */
export class ChangeRepository {
  constructor(private readonly database: Database) {}

  async look(): Promise<Fingerprint> {
    const experiments = await this.database.$queryRaw<{ id: string; print: string }[]>`
      WITH recent AS (SELECT id, state FROM experiments WHERE state IN ('running', 'paused') OR finished_at > now() - interval '1 minute'),
      members AS (SELECT DISTINCT e.id, s.key, s.state, s.step FROM recent e JOIN runs r ON r.experiment_id = e.id
        JOIN run_stages rs ON rs.run_id = r.id JOIN stages s ON s.key = rs.stage_key)
      SELECT e.id, concat_ws(' ', e.state, count(*), count(*) FILTER (WHERE m.state = 'done'), count(*) FILTER (WHERE m.state = 'running'),
        count(*) FILTER (WHERE m.state = 'queued'), count(*) FILTER (WHERE m.state = 'failed'), sum(m.step)) AS print
      FROM recent e LEFT JOIN members m ON m.id = e.id GROUP BY e.id, e.state`;
    const [rest] = await this.database.$queryRaw<{ workers: string; queue: string }[]>`
      SELECT (SELECT COALESCE(string_agg(id || state, ',' ORDER BY id), '') FROM workers WHERE state <> 'gone')
          || ' ' || (SELECT COALESCE(string_agg(id || COALESCE(step, 0), ',' ORDER BY id), '') FROM attempts WHERE state = 'leased') AS workers,
        (SELECT COALESCE(string_agg(state || n, ',' ORDER BY state), '') FROM (
          SELECT state, count(*) AS n FROM stages WHERE state IN ('waiting', 'queued', 'running') GROUP BY state) counted) AS queue`;
    return { experiments: new Map(experiments.map(({ id, print }) => [id, print])), ...rest! };
  }
}
