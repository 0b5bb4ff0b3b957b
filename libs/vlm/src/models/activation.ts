import { AblateError } from '@ablate/errors';
import { gelu, geluTanh, quickGelu, silu, type Value } from '@ablate/tensor';

const activations: Readonly<Record<string, (x: Value) => Value>> = {
  gelu,
  gelu_new: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  quick_gelu: quickGelu,
  silu,
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
