import type { Database } from './database.js';
import { Prisma, type Attempt } from './generated/client.js';

export interface PredictionFilter {
  readonly show: 'all' | 'disagreement' | 'wrong' | 'right' | 'blind';
  readonly category: string | null;
  readonly text: string | null;
  readonly offset: number;
  readonly limit: number;
}

interface Answer {
  readonly stageKey: string;
  readonly control: string;
  readonly answer: string;
  readonly score: number;
}

export interface QuestionRow {
  readonly questionId: string;
  readonly question: string;
  readonly image: string;
  readonly target: string;
  readonly category: string;
  readonly answers: readonly Answer[];
}

export interface WaitingRow {
  readonly key: string;
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly pool: string;
  readonly priority: number;
  readonly flops: number;
  readonly createdAt: Date;
  /** Those that are not over. */
  readonly experiments: readonly string[];
  /** Whether all of them are paused. */
  readonly paused: boolean;
  /** Names of parents that are not done, and their states. */
  readonly parents: readonly { readonly name: string; readonly state: string }[];
}

/** What single pages show: answers, a run's files and attempts, cells' runs, what waits. */
export class DetailRepository {
  constructor(private readonly database: Database) {}

  /** Executors and processors whose attempts finished stages of an experiment. */
  async devices(experiment: string): Promise<string[]> {
    const rows = await this.database.$queryRaw<{ device: string }[]>`
      SELECT DISTINCT a.device FROM runs r
      JOIN run_stages rs ON rs.run_id = r.id
      JOIN attempts a ON a.stage_key = rs.stage_key AND a.state = 'done'
      WHERE r.experiment_id = ${experiment} AND a.device IS NOT NULL ORDER BY a.device`;
    return rows.map(({ device }) => device);
  }

  /** Runs of an experiment with the number of their stages that are done, failed or under way. */
  runStates(experiment: string): Promise<
    {
      id: string;
      cellId: string;
      seed: number;
      stages: number;
      done: number;
      failed: number;
      cancelled: number;
      active: number;
    }[]
  > {
    return this.database.$queryRaw`
      SELECT r.id, r.cell_id AS "cellId", r.seed, count(*)::int AS stages, count(*) FILTER (WHERE s.state = 'done')::int AS done,
        count(*) FILTER (WHERE s.state = 'failed' OR (s.state = 'waiting' AND EXISTS (
          SELECT 1 FROM stages p WHERE p.key = ANY(s.parents) AND p.state IN ('failed', 'cancelled'))))::int AS failed,
        count(*) FILTER (WHERE s.state = 'cancelled')::int AS cancelled,
        count(*) FILTER (WHERE s.state IN ('queued', 'running'))::int AS active
      FROM runs r JOIN run_stages rs ON rs.run_id = r.id JOIN stages s ON s.key = rs.stage_key
      WHERE r.experiment_id = ${experiment} GROUP BY r.id ORDER BY r.position`;
  }

  /** Errors of an experiment's stages, each once, with a run that shows it. */
  failures(experiment: string): Promise<{ stage: string; stages: number; run: string; error: unknown }[]> {
    return this.database.$queryRaw`
      SELECT s.name AS stage, count(DISTINCT s.key)::int AS stages, min(r.id) AS run, s.error
      FROM runs r JOIN run_stages rs ON rs.run_id = r.id JOIN stages s ON s.key = rs.stage_key
      WHERE r.experiment_id = ${experiment} AND s.state = 'failed' AND s.error IS NOT NULL GROUP BY s.name, s.error LIMIT 20`;
  }

  attempts(stageKeys: readonly string[]): Promise<Attempt[]> {
    return this.database.attempt.findMany({
      where: { stageKey: { in: [...stageKeys] } },
      orderBy: [{ stageKey: 'asc' }, { number: 'asc' }],
    });
  }

  artifacts(
    stageKeys: readonly string[],
  ): Promise<{ stageKey: string; name: string; sha256: string; bytes: bigint }[]> {
    return this.database.artifact.findMany({
      where: { stageKey: { in: [...stageKeys] } },
      orderBy: { name: 'asc' },
    });
  }

  checkpoints(
    stageKeys: readonly string[],
  ): Promise<{ stageKey: string; attemptId: string; step: number; path: string; createdAt: Date }[]> {
    return this.database.checkpoint.findMany({
      where: { stageKey: { in: [...stageKeys] } },
      orderBy: { step: 'asc' },
    });
  }

  /** Runs that use some stages, at most so many each. */
  users(stageKeys: readonly string[], most: number): Promise<{ stageKey: string; run: string }[]> {
    return this.database.$queryRaw`
      SELECT stage_key AS "stageKey", run_id AS run FROM (
        SELECT stage_key, run_id, row_number() OVER (PARTITION BY stage_key ORDER BY run_id) AS place
        FROM run_stages WHERE stage_key = ANY(${[...stageKeys]})) used WHERE place <= ${most} ORDER BY stage_key, place`;
  }

  /** Telemetry of all attempts of some stages, every so many-th step, so that no series has more than `most` points. */
  telemetry(
    stageKeys: readonly string[],
    most: number,
  ): Promise<{ stageKey: string; attemptId: string; step: number; values: unknown }[]> {
    return this.database.$queryRaw`
      SELECT "stageKey", "attemptId", step, values FROM (
        SELECT a.stage_key AS "stageKey", a.number, t.attempt_id AS "attemptId", t.step, t.values,
          row_number() OVER (PARTITION BY t.attempt_id ORDER BY t.step) - 1 AS place, count(*) OVER (PARTITION BY t.attempt_id) AS n
        FROM telemetry t JOIN attempts a ON a.id = t.attempt_id WHERE a.stage_key = ANY(${[...stageKeys]})) all_of
      WHERE place % GREATEST(1, ceil(n::float8 / ${most}))::bigint = 0 ORDER BY "stageKey", number, step`;
  }

  categories(stageKeys: readonly string[]): Promise<{ name: string; questions: number }[]> {
    return this.database.$queryRaw`
      SELECT category AS name, count(DISTINCT question_id)::int AS questions FROM predictions
      WHERE stage_key = ANY(${[...stageKeys]}) AND control = 'none' GROUP BY category ORDER BY category`;
  }

  /** Questions that fit a filter, with all answers of some evaluations; `total` counts them all. */
  async questions(
    stageKeys: readonly string[],
    { show, category, text, offset, limit }: PredictionFilter,
  ): Promise<{ total: number; rows: QuestionRow[] }> {
    const keys = [...stageKeys];
    const fits = {
      all: Prisma.sql`true`,
      disagreement: Prisma.sql`min(score) FILTER (WHERE control = 'none') <> max(score) FILTER (WHERE control = 'none')`,
      wrong: Prisma.sql`min(score) FILTER (WHERE control = 'none') < 1`,
      right: Prisma.sql`min(score) FILTER (WHERE control = 'none') >= 1`,
      blind: Prisma.sql`max(score) FILTER (WHERE control = 'blind') >= 1`,
    }[show];
    const like = text === null ? null : `%${text.replace(/[\\%_]/g, '\\$&')}%`;
    const rows = await this.database.$queryRaw<(QuestionRow & { total: number })[]>`
      SELECT question_id AS "questionId", min(question) AS question, min(image) AS image, min(target) AS target, min(category) AS category,
        json_agg(json_build_object('stageKey', stage_key, 'control', control, 'answer', answer, 'score', score)) AS answers,
        (count(*) OVER ())::int AS total
      FROM predictions WHERE stage_key = ANY(${keys}) AND (${category}::text IS NULL OR category = ${category})
      GROUP BY question_id
      HAVING ${fits} AND (${like}::text IS NULL OR bool_or(question ILIKE ${like} OR answer ILIKE ${like} OR target ILIKE ${like}))
      ORDER BY length(question_id), question_id OFFSET ${offset} LIMIT ${limit}`;
    return { total: rows[0]?.total ?? 0, rows };
  }

  /** Stages of experiments that are not over that do not run, in the order of the scheduler; those of paused experiments last. */
  async waiting(limit: number): Promise<{ total: number; rows: WaitingRow[] }> {
    const rows = await this.database.$queryRaw<(WaitingRow & { total: number })[]>`
      SELECT s.key, s.name, s.kind, s.state, s.pool, s.priority, s.flops, s.created_at AS "createdAt", array_agg(DISTINCT e.id) AS experiments,
        bool_and(e.state = 'paused') AS paused,
        (SELECT COALESCE(json_agg(json_build_object('name', p.name, 'state', p.state)), '[]') FROM stages p
          WHERE p.key = ANY(s.parents) AND p.state <> 'done') AS parents, (count(*) OVER ())::int AS total
      FROM stages s JOIN run_stages rs ON rs.stage_key = s.key JOIN runs r ON r.id = rs.run_id
      JOIN experiments e ON e.id = r.experiment_id AND e.state IN ('running', 'paused')
      WHERE s.state IN ('waiting', 'queued') GROUP BY s.key
      ORDER BY bool_and(e.state = 'paused'), s.state = 'waiting', s.priority DESC, s.created_at, s.key LIMIT ${limit}`;
    return { total: rows[0]?.total ?? 0, rows };
  }
}
