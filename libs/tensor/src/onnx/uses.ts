import type { Node, Value } from '../graph.js';

/** How often live nodes and outputs use each value. */
export function countUses(nodes: readonly Node[], outputs: Iterable<Value>): ReadonlyMap<Value, number> {
  const uses = new Map<Value, number>();
  for (const value of [...nodes.flatMap(({ inputs }) => inputs), ...outputs]) {
    uses.set(value, (uses.get(value) ?? 0) + 1);
  }
  return uses;
}

/** A matrix product with what is added to it: one Gemm computes both. */
export interface ProductWithSum {
  readonly product: Node;
  readonly addend: Value;
}

/** For each `add` of a plain matrix product that nothing else uses (a bias, a sum of gradients): the product and the other operand. */
export function productsWithSum(
  nodes: readonly Node[],
  uses: ReadonlyMap<Value, number>,
): ReadonlyMap<Node, ProductWithSum> {
  const found = new Map<Node, ProductWithSum>();
  for (const add of nodes) {
    if (add.op !== 'add') continue;
    const [a, b] = add.inputs as [Value, Value];
    for (const [{ node: product, shape }, addend] of [
      [a, b],
      [b, a],
    ] as const) {
      const isPlain = product.op === 'matMul' && shape.length === 2 && uses.get(product.outputs[0]!) === 1;
      if (!isPlain || add.outputs[0]!.shape.some((length, axis) => length !== shape[axis])) continue;
      found.set(add, { product, addend });
      break;
    }
  }
  return found;
}
