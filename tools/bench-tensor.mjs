// Training speed of the tensor engine on a small GPT (LayerNorm, biases, erf GELU, learned positions, tied to nothing):
//   node tools/bench-tensor.mjs [--layers 4 --width 128 --length 64 --batch 8 --vocabulary 128] [--steps 100] [--threads 1]
//     [--backend onnx] [--digest]
// Prints tokens a second by wall clock and by processor time. --digest prints only the SHA-256 of the trained weights, to compare runs.
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import * as t from '@ablate/tensor';

const text = (value) => ({ type: 'string', default: String(value) });
const { values: flags } = parseArgs({
  options: {
    layers: text(4),
    width: text(128),
    length: text(64),
    batch: text(8),
    vocabulary: text(128),
    steps: text(100),
    threads: text(1),
    backend: text('onnx'),
    digest: { type: 'boolean', default: false },
  },
});
const size = Object.fromEntries(
  ['layers', 'width', 'length', 'batch', 'vocabulary', 'steps', 'threads'].map((name) => [
    name,
    Number(flags[name]),
  ]),
);

/** A repeatable sequence in [0, 1) (mulberry32): the bench needs no more than that. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The training graph and its initial weights: N(0, 0.02)-like weights, zero biases, norms of one. */
function gpt({ layers, width, length, batch, vocabulary }) {
  const graph = new t.Graph();
  const random = generator(1);
  const weights = {};
  const parameter = (name, shape, fill) => {
    const draw = () => 0.035 * (random() + random() - 1 + random() - 0.5) * Math.sqrt(4 / 3);
    const data = Float32Array.from({ length: t.sizeOf(shape) }, () => fill ?? draw());
    weights[name] = t.tensor(data, shape);
    return graph.input(name, shape);
  };
  const dense = (name, x, outputs) =>
    t.linear(
      x,
      parameter(`${name}.weight`, [outputs, x.shape.at(-1)]),
      parameter(`${name}.bias`, [outputs], 0),
    );
  const norm = (name, x) =>
    t.layerNorm(x, parameter(`${name}.weight`, [width], 1), parameter(`${name}.bias`, [width], 0), 1e-5);

  const ids = graph.input('ids', [batch, length], 'int32');
  const labels = graph.input('labels', [batch * length], 'int32');
  const mask = graph.input('mask', [length, length]);
  const heads = Math.max(1, width / 32);
  const split = (x) => t.transpose(t.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
  let x = t.add(
    t.gatherRows(parameter('tokens', [vocabulary, width]), ids),
    parameter('positions', [length, width]),
  );
  for (let layer = 0; layer < layers; layer += 1) {
    const normed = norm(`${layer}.norm1`, x);
    const [query, key, value] = ['query', 'key', 'value'].map((name) =>
      split(dense(`${layer}.${name}`, normed, width)),
    );
    const scores = t.mul(t.matMul(query, key, { transposeB: true }), 1 / Math.sqrt(width / heads));
    const mixed = t.transpose(t.matMul(t.softmax(t.add(scores, mask)), value), [0, 2, 1, 3]);
    x = t.add(x, dense(`${layer}.output`, t.reshape(mixed, [batch, length, width]), width));
    const hidden = t.gelu(dense(`${layer}.up`, norm(`${layer}.norm2`, x), 4 * width));
    x = t.add(x, dense(`${layer}.down`, hidden, width));
  }
  const logits = t.linear(
    t.reshape(norm('norm', x), [-1, width]),
    parameter('head.weight', [vocabulary, width]),
  );
  const loss = t.mean(t.crossEntropy(logits, labels), [0]);
  const names = Object.keys(weights);
  graph.setOutput('loss', loss);
  t.gradients(
    loss,
    names.map((name) => graph.inputs.get(name)),
  ).forEach((gradient, i) => graph.setOutput(names[i], gradient));
  return { graph, weights };
}

/** Plain AdamW in place: learning rate 1e-3, betas 0.9 and 0.95, decay 0.1. */
function adamW(weights, gradients, moments, step) {
  const stepSize = 1e-3 / (1 - 0.9 ** step);
  const scale = 1 / Math.sqrt(1 - 0.95 ** step);
  for (const [name, { data }] of Object.entries(weights)) {
    const gradient = gradients[name].data;
    const [mean, square] = (moments[name] ??= [new Float32Array(data.length), new Float32Array(data.length)]);
    for (let i = 0; i < data.length; i += 1) {
      const g = gradient[i];
      const m = 0.9 * mean[i] + 0.1 * g;
      const v = 0.95 * square[i] + 0.05 * g * g;
      mean[i] = m;
      square[i] = v;
      data[i] = 0.9999 * data[i] - (stepSize * m) / (Math.sqrt(v) * scale + 1e-8);
    }
  }
}

const { graph, weights } = gpt(size);
const { length, batch, vocabulary, steps, threads } = size;
const parameters = Object.values(weights).reduce((sum, { data }) => sum + data.length, 0);
const executor = await t.createExecutor(flags.backend, { threads });
const compileStart = performance.now();
const program = await executor.compile(graph);
const compileTime = performance.now() - compileStart;

// Each token follows from the one before and a coin: there is something to learn.
const random = generator(2);
const sequence = Int32Array.from({ length: batch * length + 1 });
for (let i = 1; i < sequence.length; i += 1) {
  sequence[i] = (5 * sequence[i - 1] + (random() < 0.5 ? 1 : 7)) % vocabulary;
}
const feeds = {
  ...weights,
  ids: t.tensor(sequence.slice(0, -1), [batch, length], 'int32'),
  labels: t.tensor(sequence.slice(1), [batch * length], 'int32'),
  mask: t.tensor(
    Float32Array.from({ length: length ** 2 }, (_, i) => (i % length > Math.floor(i / length) ? -1e9 : 0)),
    [length, length],
  ),
};
const into = Object.fromEntries([...graph.outputs].map(([name, { shape }]) => [name, t.zeros(shape)]));
const moments = {};
const losses = [];
let optimiserTime = 0;
async function train(count) {
  for (let i = 0; i < count; i += 1) {
    await program.run(feeds, into);
    losses.push(into.loss.data[0]);
    const start = performance.now();
    adamW(weights, into, moments, losses.length);
    optimiserTime += performance.now() - start;
  }
}

if (flags.digest) {
  await train(steps);
  const hash = createHash('sha256');
  for (const { data } of Object.values(weights)) hash.update(data);
  console.log(hash.digest('hex'));
} else {
  await train(10);
  optimiserTime = 0;
  const processor = process.cpuUsage();
  const start = performance.now();
  await train(steps);
  const wall = (performance.now() - start) / steps;
  const { user, system } = process.cpuUsage(processor);
  const busy = (user + system) / 1000 / steps;
  const rate = (milliseconds) => Math.round((batch * length * 1000) / milliseconds);
  const about = { numerics: executor.numericsClass, threads, parameters, nodes: graph.nodes.length };
  const figure = (name, value, unit) => console.log(JSON.stringify({ name, value, unit, ...about }));
  figure('step', Number(wall.toFixed(2)), 'ms');
  figure('step, processor time', Number(busy.toFixed(2)), 'ms');
  figure('optimiser of a step', Number((optimiserTime / steps).toFixed(2)), 'ms');
  figure('tokens', rate(wall), '1/s');
  figure('tokens, processor time', rate(busy), '1/s');
  figure('compile', Math.round(compileTime), 'ms');
  figure('peak memory', Math.round(process.resourceUsage().maxRSS / 1024), 'MiB');
}
await program.dispose();
await executor.dispose();
