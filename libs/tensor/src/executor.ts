import type { Graph, Value } from './graph.js';
import type { TensorData } from './tensor-data.js';

export type BackendName = 'onnx' | 'tensorflow-gpu' | 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';
export type Tensors = Readonly<Record<string, TensorData>>;

/** A graph made ready to run many times. */
export interface Program {
  /** What is fed, by name. */
  readonly inputs: ReadonlyMap<string, Pick<Value, 'shape' | 'dtype'>>;
  /**
   * Feeds every input of the graph by name and returns every output by name.
   * Feeds are read, not copied, where the backend allows it: change their arrays in place between runs.
   * Arrays given in `into` receive their outputs (same dtype and shape), so nothing is allocated a step.
   */
  run(feeds: Tensors, into?: Tensors): Promise<Tensors>;
  dispose(): Promise<void>;
}

/** Runs graphs on one backend. Nothing above `tensor` knows which one. */
export interface Executor {
  readonly backend: BackendName;
  /** Executor and kind of device, e.g. `onnx-cpu`: part of every stage key (docs/architecture.md, law 2). */
  readonly numericsClass: string;
  compile(graph: Graph): Promise<Program>;
  dispose(): Promise<void>;
}

export interface ExecutorOptions {
  /** Threads inside one operation; default 1. */
  readonly threads?: number;
}
