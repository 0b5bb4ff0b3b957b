import type { Node, Value } from './graph.js';
import { activationGradients } from './ops/activations.js';
import { add, elementwiseGradients } from './ops/elementwise.js';
import { lossGradients } from './ops/loss.js';
import { matMulGradients } from './ops/mat-mul.js';
import { normaliseGradients } from './ops/normalise.js';
import { reduceGradients } from './ops/reduce.js';
import { rotaryGradients } from './ops/rotary.js';
import { rowGradients } from './ops/rows.js';
import { scalar, type GradientRules } from './ops/rule.js';
import { selectGradients, zerosLike } from './ops/select.js';
import { shapeGradients } from './ops/shape.js';
import { recomputation } from './recompute.js';

const rules: GradientRules = {
  ...shapeGradients,
  ...reduceGradients,
  ...elementwiseGradients,
  ...activationGradients,
  ...matMulGradients,
  ...normaliseGradients,
  ...rowGradients,
  ...lossGradients,
  ...rotaryGradients,
  ...selectGradients,
};

/**
 * Appends the reverse-mode gradient of a scalar loss and returns d loss / d value for each of `wrt` (zeros where the loss does not
 * depend on it). Only nodes on a path from `wrt` to the loss are visited. With `recompute`, what lies between the graph's checkpoints is
 * computed again where its gradient needs it, instead of kept. Source: Griewank and Walther 2008, chapter 3.
 */
export function gradients(
  loss: Value,
  wrt: readonly Value[],
  { recompute = false }: { readonly recompute?: boolean } = {},
): readonly Value[] {
  if (loss.shape.length !== 0)
    throw new Error(`gradients: the loss is a scalar, not [${loss.shape.join(', ')}].`);
  const { graph } = loss;
  const needed = new Set(wrt.map(({ node }) => node.id));
  for (const node of graph.nodes) {
    if (rules[node.op] && node.inputs.some((input) => needed.has(input.node.id))) needed.add(node.id);
  }
  const found = new Map<Value, Value>([[loss, scalar(loss, 1)]]);
  const seenBy = recompute ? recomputation(graph) : (node: Node): Node => node;
  for (const node of graph.nodes.slice(0, loss.node.id + 1).reverse()) {
    if (!needed.has(node.id) || !rules[node.op]) continue;
    const outputGradients = node.outputs.map((output) => found.get(output) ?? null);
    const arrived = outputGradients.find((gradient) => gradient !== null);
    if (!arrived) continue;
    const inputGradients = rules[node.op]!(seenBy(node, arrived), outputGradients);
    node.inputs.forEach((input, i) => {
      const gradient = inputGradients[i];
      if (!gradient || !needed.has(input.node.id)) return;
      const sum = found.get(input);
      found.set(input, sum ? add(sum, gradient) : gradient);
    });
  }
  return wrt.map((value) => found.get(value) ?? zerosLike(value));
}
