import { add, linear as matrix, mul, type Graph, type Shape, type Value } from '@ablate/tensor';

/** How a fresh parameter is drawn; always by (seed, name), so order does not matter. */
export type Init =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'uniform'; readonly limit: number };

export interface ParameterSpec {
  /** Name in the Hugging Face checkpoint, below the part's prefix. */
  readonly name: string;
  readonly shape: Shape;
  readonly init: Init;
  /** Weight of a norm: not decayed (biases, by name, are not either). Source: transformers `Trainer.get_decay_parameter_names`. */
  readonly undecayed?: boolean;
}

export const normal = (std: number): Init => ({ kind: 'normal', std });
export const ZEROS: Init = { kind: 'zeros' };
export const ONES: Init = { kind: 'ones' };

/** Name of a layer's field; the empty name is the layer of the scope itself. */
export const below = (name: string, field: string): string => (name === '' ? field : `${name}.${field}`);

/** Specs of a linear layer; the empty name is the layer of the scope itself. */
export const linearSpecs = (
  name: string,
  inputs: number,
  outputs: number,
  init: Init,
  bias = true,
): ParameterSpec[] => [
  { name: below(name, 'weight'), shape: [outputs, inputs], init },
  ...(bias ? [{ name: below(name, 'bias'), shape: [outputs], init: ZEROS }] : []),
];

/** Specs of a LayerNorm. */
export const normSpecs = (name: string, width: number): ParameterSpec[] => [
  { name: `${name}.weight`, shape: [width], init: ONES, undecayed: true },
  { name: `${name}.bias`, shape: [width], init: ZEROS },
];

/** Whether the reference's optimiser decays a parameter: all but norms' weights and biases. Source: `Trainer.get_decay_parameter_names`. */
export const isDecayed = ({ name, undecayed }: ParameterSpec): boolean =>
  !undecayed && !name.includes('bias');

export const prefixed = (prefix: string, specs: readonly ParameterSpec[]): ParameterSpec[] =>
  specs.map((spec) => ({ ...spec, name: `${prefix}${spec.name}` }));

export interface LoraScale {
  /** alpha / rank. */
  readonly scale: number;
  /** Whether each adapter's input is multiplied by a fed mask `<name>.lora_dropout`. */
  readonly dropout: boolean;
}

/**
 * Parameters of one part by name, each a graph input that is declared at its first use; shapes come from the specs.
 * `at` gives the same parameters below a prefix.
 */
export class Params {
  constructor(
    readonly graph: Graph,
    private readonly specs: ReadonlyMap<string, Shape>,
    private readonly lora: ReadonlyMap<string, LoraScale>,
    private readonly prefix = '',
  ) {}

  /** `lora` scales the adapters of a part, by the first segment of its parameters' names. */
  static of(
    graph: Graph,
    specs: readonly ParameterSpec[],
    lora: ReadonlyMap<string, LoraScale> = new Map(),
  ): Params {
    return new Params(graph, new Map(specs.map(({ name, shape }) => [name, shape])), lora);
  }

  at(prefix: string): Params {
    return new Params(this.graph, this.specs, this.lora, `${this.prefix}${prefix}`);
  }

  has(name: string): boolean {
    return this.specs.has(this.prefix + name);
  }

  get(name: string): Value {
    const full = this.prefix + name;
    const shape = this.specs.get(full);
    if (!shape) throw new Error(`The model has no parameter "${full}".`);
    return this.graph.inputs.get(full) ?? this.graph.input(full, shape);
  }

  /** How the adapter of layer `name` is scaled; null where the layer has none. */
  adapter(name: string): LoraScale | null {
    const part = this.prefix.slice(0, this.prefix.indexOf('.'));
    return (this.has(below(name, 'lora_A.weight')) && this.lora.get(part)) || null;
  }

  /** The mask of an adapter's dropout, shaped like the layer's input ([L, B, in] in an LLM), fed at each step. */
  dropoutMask(name: string, shape: Shape): Value {
    return this.graph.input(this.prefix + below(name, 'lora_dropout'), shape);
  }
}

/**
 * x W^T + b of the layer `name`, plus its low-rank adapter where the stage has one: scale * dropout(x) A^T B^T.
 * The only place that knows adapters. Source: Hu et al. 2021; peft `lora.Linear`.
 */
export function linear(params: Params, name: string, x: Value): Value {
  const bias = below(name, 'bias');
  const y = matrix(x, params.get(below(name, 'weight')), params.has(bias) ? params.get(bias) : undefined);
  const adapter = params.adapter(name);
  if (!adapter) return y;
  const input = adapter.dropout ? mul(x, params.dropoutMask(name, x.shape)) : x;
  const [down, up] = ['lora_A.weight', 'lora_B.weight'].map((field) => params.get(below(name, field)));
  return add(y, mul(matrix(matrix(input, down!), up!), adapter.scale));
}
