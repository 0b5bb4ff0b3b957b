import { afterAll, describe, expect, it } from '@jest/globals';
import {
  add,
  createExecutor,
  gelu,
  Graph,
  gradients,
  matMul,
  mul,
  sigmoid,
  sizeOf,
  sum,
  tensor,
  type Value,
} from './index.js';
import { liveNodes } from './live-nodes.js';

const executor = await createExecutor('onnx');
afterAll(() => executor.dispose());

const LAYERS = 8;

/** A deep network of some width; checkpoints between its layers. */
function deep(recompute: boolean): Graph {
  const graph = new Graph();
  const shape = [6, 5];
  let x: Value = mul(graph.input('x', shape), 2);
  const weights = Array.from({ length: LAYERS }, (_, i) => graph.input(`w${i}`, [5, 5]));
  for (const weight of weights) {
    graph.checkpoint(x);
    const y = matMul(gelu(x), weight);
    x = add(x, mul(gelu(y), sigmoid(y)));
  }
  const loss = sum(x, [0, 1]);
  graph.setOutput('loss', loss);
  gradients(loss, weights, { recompute }).forEach((gradient, i) => graph.setOutput(`g${i}`, gradient));
  return graph;
}

/** The most elements that live at once when nodes run in order and values end with their last use; inputs aside. */
function peak(graph: Graph): number {
  const nodes = liveNodes(graph);
  const last = new Map<Value, number>();
  nodes.forEach(({ inputs }, at) => inputs.forEach((value) => last.set(value, at)));
  for (const value of graph.outputs.values()) last.set(value, Infinity);
  const size = (value: Value): number =>
    value.node.op === 'input' || value.node.op === 'constant' ? 0 : sizeOf(value.shape);
  let [living, most] = [0, 0];
  nodes.forEach((node, at) => {
    for (const output of node.outputs) living += size(output);
    most = Math.max(most, living);
    for (const value of new Set([...node.inputs, ...node.outputs]))
      if ((last.get(value) ?? at) === at) living -= size(value);
  });
  return most;
}

describe('gradient checkpointing', () => {
  it('gives the same gradients', async () => {
    const draws = (length: number, by: number): number[] =>
      Array.from({ length }, (_, i) => Math.sin(i * by + by));
    const feeds = Object.fromEntries([
      ['x', tensor(draws(30, 0.7), [6, 5])],
      ...Array.from({ length: LAYERS }, (_, i) => [`w${i}`, tensor(draws(25, 0.3 + i), [5, 5])] as const),
    ]);
    const [kept, again] = await Promise.all(
      [false, true].map(async (recompute) => {
        const program = await executor.compile(deep(recompute));
        const results = await program.run(feeds);
        await program.dispose();
        return results;
      }),
    );
    expect(Object.keys(again!)).toEqual(Object.keys(kept!));
    for (const [name, { data }] of Object.entries(kept!)) {
      const largest = Math.max(...data.map(Math.abs));
      expect(largest).toBeGreaterThan(0);
      again![name]!.data.forEach((value, i) =>
        expect(Math.abs(value - data[i]!)).toBeLessThanOrEqual(1e-5 * largest),
      );
    }
  });

  it('keeps one layer at a time', () => {
    expect(peak(deep(true))).toBeLessThan(0.6 * peak(deep(false)));
  });

  it('changes nothing where there are no checkpoints', () => {
    const graph = new Graph();
    const x = graph.input('x', [2]);
    gradients(sum(mul(x, x), [0]), [x], { recompute: true });
    const nodes = graph.nodes.length;
    const other = new Graph();
    const y = other.input('x', [2]);
    gradients(sum(mul(y, y), [0]), [y]);
    expect(other.nodes.length).toBe(nodes);
  });
});
