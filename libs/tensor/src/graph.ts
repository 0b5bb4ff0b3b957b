import { sizeOf, type DType, type Shape, type TensorData } from './tensor-data.js';

/** One value of a graph: the `output`-th result of a node. Shapes are static. */
export interface Value {
  readonly graph: Graph;
  readonly node: Node;
  readonly output: number;
  readonly shape: Shape;
  readonly dtype: DType;
}

export type Attribute = number | string | boolean | readonly number[];

/** One operation. `inputs` only point to earlier nodes, so `graph.nodes` is a topological order. */
export interface Node {
  readonly id: number;
  readonly op: string;
  readonly inputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly outputs: readonly Value[];
}

/**
 * A static graph of primitive operations, in the order in which it was built.
 * `input` declares what is fed at each run (weights, data), `constant` small literals,
 * `setOutput` names what a run returns. Operations live in `ops/`, one file a family.
 */
export class Graph {
  readonly nodes: Node[] = [];
  readonly inputs = new Map<string, Value>();
  readonly constants = new Map<number, TensorData>();
  readonly outputs = new Map<string, Value>();
  /** Values between layers, in order: where `gradients` may begin to compute again. */
  readonly checkpoints: Value[] = [];

  /** Appends a node. Called by the operations only, which know the shape rules. */
  add(
    op: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, Attribute>>,
    results: readonly { shape: Shape; dtype: DType }[],
  ): readonly Value[] {
    for (const input of inputs) {
      if (input.graph !== this) throw new Error(`${op}: an input belongs to another graph.`);
    }
    const outputs: Value[] = [];
    const node: Node = { id: this.nodes.length, op, inputs, attributes, outputs };
    results.forEach(({ shape, dtype }, output) => outputs.push({ graph: this, node, output, shape, dtype }));
    this.nodes.push(node);
    return outputs;
  }

  /** Declares a fed value. A name is declared once. */
  input(name: string, shape: Shape, dtype: DType = 'float32'): Value {
    if (this.inputs.has(name)) throw new Error(`The graph already has an input named "${name}".`);
    const [value] = this.add('input', [], { name }, [{ shape, dtype }]);
    this.inputs.set(name, value!);
    return value!;
  }

  /** A literal, stored in the graph. Large arrays belong in inputs. */
  constant(tensor: TensorData): Value {
    if (tensor.data.length !== sizeOf(tensor.shape)) {
      throw new Error(
        `constant: shape [${tensor.shape.join(', ')}] does not hold ${tensor.data.length} elements.`,
      );
    }
    const [value] = this.add('constant', [], {}, [{ shape: tensor.shape, dtype: tensor.dtype }]);
    this.constants.set(value!.node.id, tensor);
    return value!;
  }

  /** Marks a value that stands between two layers; changes nothing by itself. */
  checkpoint(value: Value): void {
    this.checkpoints.push(value);
  }

  /** Names a result of every run. */
  setOutput(name: string, value: Value): void {
    if (this.outputs.has(name)) throw new Error(`The graph already has an output named "${name}".`);
    this.outputs.set(name, value);
  }
}
