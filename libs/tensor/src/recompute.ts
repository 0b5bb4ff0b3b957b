import type { Graph, Node, Value } from './graph.js';
import { add, mul } from './ops/elementwise.js';
import { isFloat } from './ops/rule.js';
import { reshape, slice } from './ops/shape.js';

/**
 * Gradient checkpointing: the nodes between two of the graph's checkpoints as a gradient rule sees them, computed again from the first of
 * the two, so that nothing between them lives from the forward pass to the backward pass. What comes after the last checkpoint, and before
 * the first, is kept as it is. The copies wait for the gradient that arrives at their end (zero times it is added to what they start
 * from), so that no executor computes them early or takes them for the originals. Source: Chen et al. 2016, arXiv 1604.06174.
 */
export function recomputation(graph: Graph): (node: Node, gradient: Value) => Node {
  const ends = [...new Set(graph.checkpoints.map(({ node }) => node.id))].sort((a, b) => a - b);
  let known = -1;
  let copies: ReadonlyMap<Value, Value> = new Map();
  return (node, gradient) => {
    const segment = ends.findIndex((end) => node.id <= end);
    if (segment <= 0) return node;
    if (segment !== known) copies = copied(graph, ends[segment - 1]!, ends[segment]!, gradient);
    known = segment;
    const copy = (value: Value): Value => copies.get(value) ?? value;
    return { ...node, inputs: node.inputs.map(copy), outputs: node.outputs.map(copy) };
  };
}

const isFed = ({ node }: Value): boolean => node.op === 'input' || node.op === 'constant';

/** Copies of the nodes after `start` up to `end`, by the values that they stand for. */
function copied(graph: Graph, start: number, end: number, gradient: Value): ReadonlyMap<Value, Value> {
  const { shape } = gradient;
  const first = slice(
    gradient,
    shape.map(() => 0),
    shape.map(() => 1),
  );
  const nothing = mul(reshape(first, []), 0);
  const copies = new Map<Value, Value>();
  const copy = (value: Value): Value => {
    if (isFed(value) || (value.node.id <= start && !isFloat(value.dtype))) return value;
    const known = copies.get(value);
    if (known) return known;
    // Only what the copies start from comes here without a copy: nodes are in topological order.
    const waiting = add(value, nothing);
    copies.set(value, waiting);
    return waiting;
  };
  for (const node of graph.nodes.slice(start + 1, end + 1)) {
    if (node.op === 'input' || node.op === 'constant') continue;
    const results = graph.add(node.op, node.inputs.map(copy), node.attributes, node.outputs);
    node.outputs.forEach((output, i) => copies.set(output, results[i]!));
  }
  return copies;
}
