import type { Database } from './database.js';

/** Estimated work of one kind of stage: how many, how many floating-point operations. */
export interface Work {
  readonly kind: string;
  readonly stages: number;
  readonly flops: number;
}

/** An experiment's runs and stages, counted. */
export interface Summary {
  readonly id: string;
  readonly cells: number;
  readonly runs: { readonly total: number; readonly done: number; readonly failed: number };
  readonly stages: {
    readonly total: number;
    readonly done: number;
    readonly running: number;
    readonly failed: number;
    readonly reused: number;
  };
  /** Of all attempts that ended, of stages that it was the first to ask for. */
  readonly spentSeconds: number;
  /** What finished shared trainings would have taken again. */
  readonly savedSeconds: number;
  readonly work: readonly Work[];
  readonly workLeft: readonly Work[];
  /** Trainings that are shared and not finished, as often as they are saved. */
  readonly savedWork: readonly Work[];
}

/** What is left of running experiments, for the clock. */
export interface OpenStage {
  readonly id: string;
  readonly key: string;
  readonly kind: string;
  readonly parents: readonly string[];
  readonly pool: string;
  readonly flops: number;
  readonly share: number;
}

/** Experiments at a glance, a few statements however many there are and however large. */
export class SummaryRepository {
  constructor(private readonly database: Database) {}

  async of(ids: readonly string[]): Promise<ReadonlyMap<string, Summary>> {
    const rows = await this.database.$queryRaw<Summary[]>`
      WITH links AS MATERIALIZED (
        SELECT r.experiment_id AS id, r.id AS run, r.cell_id, rs.stage_key AS key, rs.reused, s.kind, s.state, s.flops, s.seconds,
          CASE WHEN s.state = 'done' THEN 1 WHEN s.total_steps > 0 THEN COALESCE(s.step, 0)::float8 / s.total_steps ELSE 0 END AS share,
          s.state = 'waiting' AND EXISTS (
            SELECT 1 FROM stages p WHERE p.key = ANY(s.parents) AND p.state IN ('failed', 'cancelled')) AS blocked
        FROM runs r JOIN run_stages rs ON rs.run_id = r.id JOIN stages s ON s.key = rs.stage_key
        WHERE r.experiment_id = ANY(${[...ids]})
      ), by_run AS (
        SELECT id, run, cell_id, bool_and(state = 'done') AS done, bool_or(state = 'failed' OR blocked) AS failed
        FROM links GROUP BY id, run, cell_id
      ), by_stage AS (
        SELECT id, key, kind, state, flops, seconds, share, blocked, bool_or(reused) AS reused,
          count(*) - CASE WHEN bool_or(reused) THEN 0 ELSE 1 END AS saved
        FROM links GROUP BY id, key, kind, state, flops, seconds, share, blocked
      ), by_kind AS (
        SELECT id, kind, count(*) AS n, sum(flops) AS flops, sum(1 - share) AS left_n, sum(flops * (1 - share)) AS left_flops,
          COALESCE(sum(saved) FILTER (WHERE kind = 'train' AND seconds IS NULL), 0) AS saved_n,
          COALESCE(sum(saved * flops) FILTER (WHERE kind = 'train' AND seconds IS NULL), 0) AS saved_flops
        FROM by_stage GROUP BY id, kind
      ), kinds AS (
        SELECT id, json_agg(json_build_object('kind', kind, 'stages', n, 'flops', flops)) AS work,
          json_agg(json_build_object('kind', kind, 'stages', left_n, 'flops', left_flops)) AS left,
          json_agg(json_build_object('kind', kind, 'stages', saved_n, 'flops', saved_flops)) AS saved
        FROM by_kind GROUP BY id
      ), runs_of AS (
        SELECT id, count(DISTINCT cell_id)::int AS cells,
          json_build_object('total', count(*), 'done', count(*) FILTER (WHERE done), 'failed', count(*) FILTER (WHERE failed)) AS runs
        FROM by_run GROUP BY id
      ), stages_of AS (
        SELECT id, json_build_object('total', count(*), 'done', count(*) FILTER (WHERE state = 'done'),
            'running', count(*) FILTER (WHERE state = 'running'), 'failed', count(*) FILTER (WHERE state = 'failed' OR blocked),
            'reused', count(*) FILTER (WHERE reused)) AS stages,
          COALESCE(sum(saved * seconds) FILTER (WHERE kind = 'train'), 0)::float8 AS saved_seconds
        FROM by_stage GROUP BY id
      ), spent AS (
        SELECT b.id, sum(extract(epoch FROM a.finished_at - a.started_at))::float8 AS seconds
        FROM by_stage b JOIN attempts a ON a.stage_key = b.key WHERE a.started_at IS NOT NULL AND a.finished_at IS NOT NULL AND NOT b.reused
        GROUP BY b.id
      )
      SELECT r.id, r.cells, r.runs, s.stages, COALESCE(spent.seconds, 0)::float8 AS "spentSeconds", s.saved_seconds AS "savedSeconds",
        k.work, k.left AS "workLeft", k.saved AS "savedWork"
      FROM runs_of r JOIN stages_of s USING (id) JOIN kinds k USING (id) LEFT JOIN spent USING (id)`;
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** Stages of running experiments that are not done. */
  open(ids: readonly string[]): Promise<OpenStage[]> {
    return this.database.$queryRaw<OpenStage[]>`
      SELECT DISTINCT r.experiment_id AS id, s.key, s.kind, s.parents, s.pool, s.flops,
        CASE WHEN s.total_steps > 0 THEN COALESCE(s.step, 0)::float8 / s.total_steps ELSE 0 END AS share
      FROM experiments e JOIN runs r ON r.experiment_id = e.id JOIN run_stages rs ON rs.run_id = r.id JOIN stages s ON s.key = rs.stage_key
      WHERE e.id = ANY(${[...ids]}) AND e.state = 'running' AND s.state <> 'done' ORDER BY s.key`;
  }

  /** One error of each experiment that has any. */
  async errors(ids: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    const rows = await this.database.$queryRaw<{ id: string; error: unknown }[]>`
      SELECT DISTINCT ON (r.experiment_id) r.experiment_id AS id, s.error
      FROM runs r JOIN run_stages rs ON rs.run_id = r.id JOIN stages s ON s.key = rs.stage_key
      WHERE r.experiment_id = ANY(${[...ids]}) AND s.state = 'failed' AND s.error IS NOT NULL
      ORDER BY r.experiment_id, r.position, rs.position`;
    return new Map(rows.map(({ id, error }) => [id, error]));
  }
}
