import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Executor, ExecutorOptions, Program, Tensors } from '../executor.js';
import type { Graph } from '../graph.js';
import { fedTensor, resultTensor } from '../host-arrays.js';
import type { TensorData } from '../tensor-data.js';
import { toOnnx } from './lower.js';

/** A view of our array for the runtime: nothing is copied. */
const toOrt = ({ dtype, data, shape }: TensorData): Tensor => new Tensor(dtype, data as Float32Array, shape);

class OnnxProgram implements Program {
  constructor(
    private readonly session: InferenceSession,
    private readonly graph: Graph,
  ) {}

  get inputs(): Graph['inputs'] {
    return this.graph.inputs;
  }

  async run(feeds: Tensors, into: Tensors = {}): Promise<Tensors> {
    const inputs: Record<string, Tensor> = {};
    for (const [name, value] of this.graph.inputs) {
      inputs[name] = toOrt({ ...fedTensor(feeds, name, value), shape: value.shape });
    }
    const results: Record<string, TensorData> = {};
    const fetches: Record<string, Tensor> = {};
    for (const [name, value] of this.graph.outputs) {
      const result = resultTensor(into, name, value);
      results[name] = result;
      fetches[`out.${name}`] = toOrt(result);
    }
    await this.session.run(inputs, fetches);
    return results;
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }
}

/** Native execution by ONNX Runtime on the CPU. Weights are inputs over our own arrays; results go into preallocated ones. */
export class OnnxExecutor implements Executor {
  readonly backend = 'onnx';
  readonly numericsClass = 'onnx-cpu';

  constructor(private readonly options: ExecutorOptions = {}) {}

  async compile(graph: Graph): Promise<Program> {
    const session = await InferenceSession.create(toOnnx(graph), {
      executionProviders: ['cpu'],
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      intraOpNumThreads: this.options.threads ?? 1,
      interOpNumThreads: 1,
      enableMemPattern: false,
      logSeverityLevel: 3,
      // Spinning threads starve their neighbours when several workers share a machine.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    return new OnnxProgram(session, graph);
  }

  async dispose(): Promise<void> {}
}
