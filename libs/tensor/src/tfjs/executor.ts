import { engine, getBackend, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import type { Executor, Program, Tensors } from '../executor.js';
import type { Graph, Node, Value } from '../graph.js';
import { fedTensor, resultTensor } from '../host-arrays.js';
import { liveNodes } from '../live-nodes.js';
import type { TensorData } from '../tensor-data.js';
import { kernelsFor, type Kernel } from './kernels.js';
import { loadBackend, type TfjsBackendName } from './load-backend.js';

/** One node with its kernel, and the values that nobody needs after it. */
interface Step {
  readonly node: Node;
  readonly run: Kernel;
  readonly lastUses: readonly Value[];
}

/** Nodes in order with the values that die after each: intermediates live exactly as long as they are needed. */
function schedule(graph: Graph, kernels: Readonly<Record<string, Kernel>>): readonly Step[] {
  const kept = new Set<Value>([...graph.outputs.values()]);
  const steps: Step[] = [];
  for (const node of [...liveNodes(graph)].reverse()) {
    const lastUses: Value[] = [];
    for (const value of [...node.outputs, ...node.inputs]) {
      if (kept.has(value) || value.node.op === 'constant') continue;
      kept.add(value);
      lastUses.push(value);
    }
    if (node.op === 'input' || node.op === 'constant') continue;
    const run = kernels[node.op];
    if (!run) throw new Error(`The TensorFlow.js executor has no kernel for "${node.op}".`);
    if (node.outputs.some(({ dtype }) => dtype === 'float64')) {
      throw new Error(
        `The TensorFlow.js executor computes in float32; node ${node.id} (${node.op}) is float64.`,
      );
    }
    steps.push({ node, run, lastUses });
  }
  return steps.reverse();
}

const upload = ({ data, dtype }: TensorData, shape: readonly number[]): Tensor =>
  engine().makeTensor(data as Float32Array, [...shape], dtype as 'float32' | 'int32' | 'bool');

class TfjsProgram implements Program {
  private readonly steps: readonly Step[];
  private readonly constants = new Map<Value, Tensor>();

  constructor(
    private readonly graph: Graph,
    private readonly backend: string,
    kernels: Readonly<Record<string, Kernel>>,
  ) {
    this.steps = schedule(graph, kernels);
    this.select();
    for (const node of liveNodes(graph)) {
      const constant = graph.constants.get(node.id);
      if (constant) this.constants.set(node.outputs[0]!, upload(constant, constant.shape));
    }
  }

  get inputs(): Graph['inputs'] {
    return this.graph.inputs;
  }

  async run(feeds: Tensors, into: Tensors = {}): Promise<Tensors> {
    const values = this.walk(feeds);
    try {
      const results: Record<string, TensorData> = {};
      for (const [name, value] of this.graph.outputs) {
        const result = resultTensor(into, name, value);
        result.data.set(await values.get(value)!.data());
        results[name] = result;
      }
      return results;
    } finally {
      this.release(values);
    }
  }

  async dispose(): Promise<void> {
    this.constants.forEach((tensor) => tensor.dispose());
    this.constants.clear();
  }

  /**
   * Runs all kernels and returns what is left alive: the outputs. It never awaits, so that programs on other backends, which
   * share TensorFlow.js's one engine, cannot come between.
   */
  private walk(feeds: Tensors): Map<Value, Tensor> {
    this.select();
    const values = new Map(this.constants);
    try {
      for (const [name, value] of this.graph.inputs) {
        values.set(value, upload(fedTensor(feeds, name, value), value.shape));
      }
      for (const { node, run, lastUses } of this.steps) {
        const result = run(
          node.inputs.map((input) => values.get(input)!),
          node,
        );
        const results = Array.isArray(result) ? (result as readonly Tensor[]) : [result as Tensor];
        node.outputs.forEach((output, i) => values.set(output, results[i]!));
        for (const value of lastUses) {
          values.get(value)!.dispose();
          values.delete(value);
        }
      }
      return values;
    } catch (error) {
      this.release(values);
      throw error;
    }
  }

  private release(values: Map<Value, Tensor>): void {
    for (const [value, tensor] of values) if (!this.constants.has(value)) tensor.dispose();
  }

  /** An initialised backend is selected at once; the promise is a formality. */
  private select(): void {
    if (getBackend() !== this.backend) void setBackend(this.backend);
  }
}

/** Runs the same graph over a TensorFlow.js backend, node by node, without its tape. */
export async function createTfjsExecutor(name: TfjsBackendName): Promise<Executor> {
  const { registeredAs, numericsClass } = await loadBackend(name);
  const kernels = kernelsFor(name);
  return {
    backend: name,
    numericsClass,
    compile: async (graph) => new TfjsProgram(graph, registeredAs, kernels),
    // Backends are shared by the process and stay registered.
    dispose: async () => {},
  };
}
