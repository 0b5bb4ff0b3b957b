import { afterAll, describe, expect, it } from '@jest/globals';
import { createExecutor, Graph } from '@ablate/tensor';
import { pixelShuffle } from './pixel-shuffle.js';

const executor = await createExecutor('onnx');
afterAll(() => executor.dispose());

describe('pixel shuffle', () => {
  it('joins the channels of each square, its rows first', async () => {
    const graph = new Graph();
    const x = graph.input('x', [1, 16, 1]);
    graph.setOutput('y', pixelShuffle(x, 2));
    const program = await executor.compile(graph);
    const data = Float32Array.from({ length: 16 }, (_, i) => i);
    const { y } = await program.run({ x: { dtype: 'float32', shape: [1, 16, 1], data } });
    await program.dispose();
    expect(y!.shape).toEqual([1, 4, 4]);
    expect([...y!.data]).toEqual([0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]);
  });
  it('refuses tokens that form no square of squares', () => {
    const x = new Graph().input('x', [1, 15, 1]);
    expect(() => pixelShuffle(x, 2)).toThrow(expect.objectContaining({ code: 'BAD_CONNECTOR' }));
    const y = new Graph().input('x', [1, 9, 1]);
    expect(() => pixelShuffle(y, 2)).toThrow(expect.objectContaining({ code: 'BAD_CONNECTOR' }));
  });
});
