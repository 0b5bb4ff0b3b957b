import type { Value } from '../graph.js';
import type { DType, Shape } from '../tensor-data.js';
import { ELEMENT, type Element, type OnnxAttribute, type OnnxNode, type OnnxTensor } from './proto.js';

export type AttributeValue = number | string | readonly number[] | { readonly float: number };

const attribute = (name: string, value: AttributeValue): OnnxAttribute => {
  if (typeof value === 'number') return { name, type: 2, i: value };
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) };
  if ('float' in value) return { name, type: 1, f: value.float };
  return { name, type: 7, ints: value };
};

/** Collects ONNX nodes and small initializers while a graph is lowered. */
export class OnnxWriter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  private readonly shared = new Map<string, string>();
  private readonly aliases = new Map<Value, string>();
  private fresh = 0;

  /** Name of a graph value in the model. */
  nameOf(value: Value): string {
    const { node, output } = value;
    return (
      this.aliases.get(value) ??
      (node.op === 'input' ? (node.attributes['name'] as string) : `v${node.id}.${output}`)
    );
  }

  /** Gives a value the name of what holds it already. */
  alias(value: Value, name: string): void {
    this.aliases.set(value, name);
  }

  /** Appends a node; returns the name of its first output, a new one unless `outputs` are given. */
  node(
    opType: string,
    input: readonly string[],
    options: {
      attributes?: Record<string, AttributeValue>;
      domain?: string;
      outputs?: readonly string[];
    } = {},
  ): string {
    const output = options.outputs ?? [`t${(this.fresh += 1)}`];
    const attributes = Object.entries(options.attributes ?? {}).map(([name, value]) =>
      attribute(name, value),
    );
    this.nodes.push({ opType, domain: options.domain ?? '', input, output, attribute: attributes });
    return output[0]!;
  }

  /** A small constant; equal ones are stored once. */
  constant(element: Element, shape: Shape, data: ArrayBufferView): string {
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const key = `${element}|${shape.join(',')}|${Buffer.from(rawData).toString('base64')}`;
    const known = this.shared.get(key);
    if (known) return known;
    const name = `c${this.shared.size}`;
    this.shared.set(key, name);
    this.initializers.push({ name, dims: shape, dataType: ELEMENT[element], rawData });
    return name;
  }

  int64(values: readonly number[], shape: Shape = [values.length]): string {
    return this.constant('int64', shape, BigInt64Array.from(values, BigInt));
  }

  scalar(dtype: DType, value: number): string {
    const data =
      dtype === 'float64'
        ? Float64Array.of(value)
        : dtype === 'float32'
          ? Float32Array.of(value)
          : Int32Array.of(value);
    return this.constant(dtype, [], data);
  }
}
