import { createExecutor, Graph, matMul } from '@ablate/tensor';

const WIDTH = 512;
const SECONDS = 0.2;

/** FLOPs a second of one thread here: products of [512, 512] matrices on ONNX Runtime, the best of what fits into 0.2 s. */
export async function measuredFlops(): Promise<number> {
  const executor = await createExecutor('onnx');
  const graph = new Graph();
  graph.setOutput('c', matMul(graph.input('a', [WIDTH, WIDTH]), graph.input('b', [WIDTH, WIDTH])));
  const program = await executor.compile(graph);
  const data = new Float32Array(WIDTH * WIDTH).fill(0.5);
  const matrix = { dtype: 'float32', shape: [WIDTH, WIDTH], data } as const;
  let best = Infinity;
  const began = performance.now();
  for (let runs = 0; runs < 2 || performance.now() - began < 1000 * SECONDS; runs += 1) {
    const start = performance.now();
    await program.run({ a: matrix, b: matrix });
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  await program.dispose();
  await executor.dispose();
  return (2 * WIDTH ** 3) / best;
}
