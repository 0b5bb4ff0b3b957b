// Fills a server with one finished experiment of many runs, each with long series, as if all of it had been trained:
//   node test/load/fill-server.mjs --url http://127.0.0.1:4600 --database postgresql://... [--runs 2000] [--series 20] [--points 500]
// The grid goes through the API, so cells, runs and stages are real; what workers would have written goes into the database by SQL.
// The server needs the tiny backbones and data of libs/vlm/src/testing, and no worker.
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createClient } from '@ablate/contracts';
import pg from 'pg';

const SEEDS = 5;
const range = (n, of) => Array.from({ length: n }, (_, i) => of(i));

/** A grid of learning rates by weight decays, as square as it gets. */
export function loadGrid(runs) {
  const cells = Math.ceil(runs / SEEDS);
  const columns = Math.ceil(Math.sqrt(cells));
  return {
    version: 1,
    project: 'load',
    name: 'many-runs',
    axes: {
      encoder: ['eye'],
      connector: ['mlp2x_gelu'],
      llm: ['tongue'],
      data: ['tiny'],
      strategy: ['base'],
      'stages.finetune.learningRate': range(Math.ceil(cells / columns), (i) => (i + 1) / 1000),
      'stages.finetune.weightDecay': range(columns, (i) => i / 100),
    },
    seeds: { values: range(SEEDS, (i) => i + 1), redraws: ['finetune'] },
    evaluate: ['tiny-vqa'],
  };
}

/** One cell of it: its stages are shared, so it is finished at once. */
const small = (grid, i) => ({
  ...grid,
  name: `one-cell-${i + 1}`,
  axes: Object.fromEntries(
    Object.entries(grid.axes).map(([axis, levels]) => [axis, [levels[i % levels.length]]]),
  ),
});

const STATEMENTS = ({ series, points }) => [
  // Without keys the points go in at the speed of the disk; they are made again below.
  'ALTER TABLE metric_points DROP CONSTRAINT metric_points_series_id_fkey',
  'ALTER TABLE metric_points DROP CONSTRAINT metric_points_pkey',
  `INSERT INTO metric_series (stage_key, name)
   SELECT key, CASE i WHEN 1 THEN 'loss' ELSE 'series-' || i END FROM stages, generate_series(1, ${series}) AS i WHERE kind = 'train'
   UNION ALL
   SELECT key, 'tiny-vqa/' || metric FROM stages, unnest(ARRAY['accuracy', 'blind_accuracy', 'majority_accuracy']) AS metric WHERE kind = 'evaluate'`,
  `INSERT INTO metric_points (series_id, step, value)
   SELECT s.id, i, exp(-i / 150.0) * (2 + s.id % 7) + 0.2 * random() FROM metric_series s JOIN stages t ON t.key = s.stage_key
   CROSS JOIN generate_series(1, ${points}) AS i WHERE t.kind = 'train'`,
  `INSERT INTO metric_points (series_id, step, value)
   SELECT s.id, 0, CASE WHEN s.name LIKE '%/accuracy' THEN 0.5 + 4 * (c.rate - 0.008) * (0.012 - c.rate) / 0.001 * 0.1 + 0.04 * random() ELSE 0.2 END
   FROM metric_series s JOIN stages t ON t.key = s.stage_key AND t.kind = 'evaluate' JOIN LATERAL (
     SELECT (l.levels ->> 'stages.finetune.learningRate')::float8 AS rate FROM run_stages rs JOIN runs r ON r.id = rs.run_id
     JOIN cells l ON l.experiment_id = r.experiment_id AND l.cell_id = r.cell_id WHERE rs.stage_key = t.key LIMIT 1) c ON true`,
  'ALTER TABLE metric_points ADD CONSTRAINT metric_points_pkey PRIMARY KEY (series_id, step)',
  `ALTER TABLE metric_points ADD CONSTRAINT metric_points_series_id_fkey FOREIGN KEY (series_id) REFERENCES metric_series (id)
   ON DELETE CASCADE ON UPDATE CASCADE`,
  `INSERT INTO predictions (stage_key, control, question_id, question, image, answer, target, score, category)
   SELECT key, control, 'q' || q, 'What is it?', 'a.png', 'cat', 'cat', (random() < CASE control WHEN 'none' THEN 0.6 ELSE 0.2 END)::int, 'all'
   FROM stages, unnest(ARRAY['none', 'blind']) AS control, generate_series(1, 20) AS q WHERE kind = 'evaluate'`,
  `UPDATE stages SET state = 'done', seconds = 20 + 10 * random(), step = ${points}, total_steps = ${points}, finished_at = now()`,
  'ANALYZE',
];

/** Returns the id of the large experiment, once the server has seen its end. */
export async function fillServer({ url, database, runs, series, points, experiments = 100, say = () => {} }) {
  const client = createClient({ baseUrl: url });
  const grid = loadGrid(runs);
  const { id } = await client.submit({ body: { spec: grid } });
  say(`submitted ${id}`);
  const connection = new pg.Client({ connectionString: database });
  await connection.connect();
  try {
    await connection.query('SET synchronous_commit = off');
    await connection.query("SET maintenance_work_mem = '512MB'");
    for (const statement of STATEMENTS({ series, points })) {
      await connection.query(statement);
      say(statement.trim().split('\n')[0].slice(0, 60));
    }
  } finally {
    await connection.end();
  }
  for (let i = 1; i < experiments; i += 1) await client.submit({ body: { spec: small(grid, i) } });
  for (;;) {
    const all = await client.experiments({ query: { limit: 1000 } });
    if (all.every(({ state }) => state !== 'running')) return id;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      database: { type: 'string' },
      runs: { type: 'string', default: '2000' },
      series: { type: 'string', default: '20' },
      points: { type: 'string', default: '500' },
    },
  });
  const { url, database } = values;
  if (!url || !database) {
    console.error('ablate: --url and --database say which server to fill.');
    process.exit(2);
  }
  const [runs, series, points] = [values.runs, values.series, values.points].map(Number);
  const id = await fillServer({ url, database, runs, series, points, say: (words) => console.error(words) });
  console.log(`${url}/experiments/${id}`);
}
