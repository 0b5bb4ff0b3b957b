// Expansion of a grid: node tools/bench-grid.mjs [--levels 10] [--repeats 5]
// Five axes of so many levels each (10 make 100,000 cells). Prints cells and the seconds of each repeat, by wall clock and processor time.
import { parseArgs } from 'node:util';
import { expand } from '@ablate/design-space';

const { values } = parseArgs({
  options: { levels: { type: 'string', default: '10' }, repeats: { type: 'string', default: '5' } },
});
const levels = Array.from({ length: Number(values.levels) }, (_, i) => `level-${i}`);
const axes = Object.fromEntries(
  ['encoder', 'connector', 'llm', 'data', 'strategy'].map((name) => [name, levels]),
);
for (let i = 0; i < Number(values.repeats); i += 1) {
  const began = performance.now();
  const before = process.cpuUsage();
  const { cells } = expand({ version: 1, project: 'bench', name: 'grid', axes });
  const { user, system } = process.cpuUsage(before);
  const figure = (name, value) =>
    console.log(JSON.stringify({ name, value, unit: 's', cells: cells.length }));
  figure('expand', Number(((performance.now() - began) / 1000).toFixed(3)));
  figure('expand, processor time', Number(((user + system) / 1e6).toFixed(3)));
}
