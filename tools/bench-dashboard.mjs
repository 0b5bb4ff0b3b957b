// Pages on a full server: node tools/bench-dashboard.mjs [--runs 2000] [--series 20] [--points 500] [--samples 20]
// Fills a control plane of its own and measures, in a real browser, how long the list, a heat map, a chart of 100 runs and the table's filter
// take to show (p95; 300 ms is the bar, 100 ms for the longest task), and how long the API takes to answer what they ask.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fillServer } from '../test/load/fill-server.mjs';
import { startLoadServer } from '../test/load/load-server.mjs';
import { measurePages } from '../test/load/measure-pages.mjs';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    series: { type: 'string', default: '20' },
    points: { type: 'string', default: '500' },
    samples: { type: 'string', default: '20' },
  },
});
const [runs, series, points, samples] = [values.runs, values.series, values.points, values.samples].map(
  Number,
);
const executablePath = (process.env.PATH ?? '')
  .split(':')
  .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => `${folder}/${name}`))
  .find((file) => existsSync(file));

const figure = (name, value, more = {}) =>
  console.log(JSON.stringify({ name, value: Number(value.toFixed(1)), unit: 'ms', ...more }));
const quantile = (numbers, share) =>
  [...numbers].sort((a, b) => a - b)[Math.ceil(share * numbers.length) - 1];

const server = await startLoadServer();
try {
  const id = await fillServer({ ...server, runs, series, points, say: (words) => console.error(words) });
  const questions = {
    experiments: '?limit=1000',
    [`experiments/${id}/overview`]: '',
    [`experiments/${id}/cells`]: '',
    [`experiments/${id}/comparison`]: '',
    [`experiments/${id}/effects`]: '',
    [`experiments/${id}/pivot`]: '?rows=stages.finetune.learningRate&columns=stages.finetune.weightDecay',
    [`experiments/${id}/curves`]: '?metric=finetune/loss&by=run',
    [`experiments/${id}/runs`]: '',
  };
  for (const [path, query] of Object.entries(questions)) {
    const took = [];
    for (let i = 0; i <= samples; i += 1) {
      const began = performance.now();
      const answer = await fetch(`${server.url}/api/v1/${path}${query}`);
      await answer.text();
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      took.push(performance.now() - began);
    }
    const name = path.split('/').at(-1);
    figure(`GET ${name}, first`, took[0]);
    figure(`GET ${name}, p95`, quantile(took.slice(1), 0.95));
  }
  if (executablePath === undefined) console.error('skipped: no browser');
  else {
    const cells = Math.ceil(runs / 5);
    const pages = await measurePages({ url: server.url, id, cells, samples, executablePath });
    for (const [name, all] of Object.entries(pages)) {
      const took = all.map((sample) => sample.took);
      figure(`${name}, p95`, quantile(took, 0.95), { median: Number(quantile(took, 0.5).toFixed(1)) });
      figure(`${name}, longest task`, Math.max(...all.map(({ longest }) => longest)));
    }
  }
} finally {
  await server.stop();
}
