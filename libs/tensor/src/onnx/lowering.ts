import type { Node, Value } from '../graph.js';
import { ELEMENT } from './proto.js';
import type { OnnxWriter } from './writer.js';

/** Writes one node of a graph as ONNX nodes. `uses` counts the uses of values: an output without any need not be made. */
export type Lowering = (writer: OnnxWriter, node: Node, uses: ReadonlyMap<Value, number>) => void;

export const MICROSOFT = 'com.microsoft';

export const names = (w: OnnxWriter, values: readonly Value[]): string[] =>
  values.map((value) => w.nameOf(value));

export const ints = (node: Node, name: string): readonly number[] =>
  node.attributes[name] as readonly number[];

/** Kernels that ONNX Runtime has in float32 only are composed in float64, where graphs are only used for gradient checks. */
export const isDouble = ({ outputs }: Node): boolean => outputs[0]!.dtype === 'float64';

/** The same inputs and outputs under an operator's name. */
export const direct =
  (opType: string, attributes: Record<string, number> = {}): Lowering =>
  (w, { inputs, outputs }) => {
    w.node(opType, names(w, inputs), { attributes, outputs: names(w, outputs) });
  };

/** Writes `output` by kernels that exist in float32 only; a float64 node goes through casts. */
export function float32Only(
  w: OnnxWriter,
  node: Node,
  input: string,
  output: string,
  write: (input: string) => string,
): void {
  const cast = (value: string, to: number, outputs?: readonly string[]): string =>
    w.node('Cast', [value], { attributes: { to }, ...(outputs ? { outputs } : {}) });
  if (isDouble(node)) cast(write(cast(input, ELEMENT.float32)), ELEMENT.float64, [output]);
  else w.node('Identity', [write(input)], { outputs: [output] });
}
