// `npm run bench -- analysis [--runs 10000]`: all effects of a table of five axes (main, two-way, Type II, Tukey), best of five.
import { analyseEffects, seededRandom } from '../libs/analysis/dist/index.js';

const at = process.argv.indexOf('--runs');
const wanted = at < 0 ? 10_000 : Number(process.argv[at + 1]);
const sizes = { encoder: 5, connector: 4, llm: 5, data: 4, strategy: 5 };
const axes = Object.fromEntries(
  Object.entries(sizes).map(([name, n]) => [name, Array.from({ length: n }, (_, i) => `${name}${i}`)]),
);
const names = Object.keys(axes);
const random = seededRandom(1);
const cells = Object.values(sizes).reduce((product, n) => product * n, 1);
const runs = Array.from({ length: wanted }, (_, i) => {
  let rest = i % cells;
  const levels = {};
  let score = 50 + 1.5 * random.normal();
  for (const name of names) {
    const level = rest % sizes[name];
    rest = (rest - level) / sizes[name];
    levels[name] = axes[name][level];
    score += 0.3 * level;
  }
  return { levels, score, seed: Math.floor(i / cells) };
});
const times = Array.from({ length: 5 }, () => {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  analyseEffects({ axes, runs });
  const { user, system } = process.cpuUsage(cpu);
  return { wall: performance.now() - began, cpu: (user + system) / 1000 };
});
const best = (key) => Math.min(...times.map((time) => time[key]));
const figure = (name, milliseconds) =>
  console.log(
    JSON.stringify({
      name,
      value: Number((milliseconds / 1000).toFixed(3)),
      unit: 's',
      runs: wanted,
      axes: names.length,
      cells,
    }),
  );
figure('all effects', best('wall'));
figure('all effects, processor time', best('cpu'));
figure('all effects, first time', times[0].wall);
process.exit(best('cpu') < 1000 ? 0 : 1);
