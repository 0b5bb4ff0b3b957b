import type { Graph, Node } from './graph.js';

/** Nodes that an output needs, in graph order. */
export function liveNodes(graph: Graph): readonly Node[] {
  const live = new Set<number>([...graph.outputs.values()].map(({ node }) => node.id));
  for (const node of [...graph.nodes].reverse()) {
    if (live.has(node.id)) for (const input of node.inputs) live.add(input.node.id);
  }
  return graph.nodes.filter(({ id }) => live.has(id));
}
