import { AblateError } from '@ablate/errors';
import {
  cast,
  gelu,
  geluTanh,
  greater,
  mul,
  quickGelu,
  sigmoid,
  silu,
  tanh,
  type Value,
} from '@ablate/tensor';

/** max(x, 0); its slope at 0 is 0, as in torch. */
const relu = (x: Value): Value => mul(x, cast(greater(x, 0), x.dtype));

/** By their names in transformers' `ACT2FN`. */
const activations: Readonly<Record<string, (x: Value) => Value>> = {
  gelu,
  gelu_new: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  quick_gelu: quickGelu,
  gelu_python: gelu,
  gelu_fast: geluTanh,
  silu,
  swish: silu,
  relu,
  tanh,
  sigmoid,
  linear: (x) => x,
};

/** The activation of a config's `hidden_act`. */
export function activation(name: string): (x: Value) => Value {
  const found = activations[name];
  if (!found) {
    throw new AblateError('UNSUPPORTED_ACTIVATION', `The activation "${name}" is not supported.`, {
      path: 'config.json: hidden_act',
      value: name,
      rule: `One of ${Object.keys(activations).join(', ')}.`,
      fix: 'Use a checkpoint with one of these activations.',
    });
  }
  return found;
}
