import {
  gradients,
  mul,
  sum,
  type Executor,
  type Graph,
  type TensorData,
  type Tensors,
  type Value,
} from '@ablate/tensor';

export const int32 = (data: Int32Array, shape: readonly number[] = [data.length]): TensorData => ({
  dtype: 'int32',
  shape,
  data,
});

/** sum(value * weights), `weights` fed as `name`: the scalar whose gradient a case stores. */
export function weightedSum(value: Value, name: string): Value {
  const product = mul(value, value.graph.input(name, value.shape));
  return sum(
    product,
    product.shape.map((_, axis) => axis),
  );
}

/** Adds the gradients of `loss` by output name to their graph. */
export function setGradients(loss: Value, wrt: ReadonlyMap<string, Value>): void {
  const names = [...wrt.keys()];
  gradients(loss, [...wrt.values()]).forEach((value, i) => loss.graph.setOutput(names[i]!, value));
}

/** Runs a graph once; `feeds` may hold more than it reads. */
export async function runOnce(executor: Executor, graph: Graph, feeds: Tensors): Promise<Tensors> {
  const program = await executor.compile(graph);
  try {
    return await program.run(
      Object.fromEntries([...graph.inputs.keys()].map((name) => [name, feeds[name]!])),
    );
  } finally {
    await program.dispose();
  }
}
