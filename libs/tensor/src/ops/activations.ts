import type { Value } from '../graph.js';
import { add, exp, mul, sigmoid, sub, tanh } from './elementwise.js';
import { fail, isFloat, scalar, unary, type GradientRules } from './rule.js';

/**
 * x * Phi(x), exact. Source: Hendrycks and Gimpel 2016; torch `gelu(approximate='none')`.
 * Output 1 is Phi(x), which the gradient needs again.
 */
export const gelu = (x: Value): Value => {
  if (!isFloat(x.dtype)) fail('gelu', `needs a float, not ${x.dtype}`);
  const result = { shape: x.shape, dtype: x.dtype };
  return x.graph.add('gelu', [x], {}, [result, result])[0]!;
};
/** 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))): `gelu_new`, `gelu_pytorch_tanh`. */
export const geluTanh = unary('geluTanh');
/** x * sigmoid(1.702 x). Source: OpenAI CLIP. */
export const quickGelu = unary('quickGelu');
/** x * sigmoid(x). */
export const silu = unary('silu');

const CUBIC = 0.044715;
const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

/** dy * (s + a x s (1 - s)) for y = x s, s = sigmoid(a x). */
function sigmoidGated(x: Value, dy: Value, slope: number): Value {
  const s = sigmoid(slope === 1 ? x : mul(x, slope));
  const xs = mul(x, s);
  return mul(dy, add(s, mul(sub(xs, mul(xs, s)), slope)));
}

export const activationGradients: GradientRules = {
  // Phi(x) + x phi(x)
  gelu: ({ inputs: [x], outputs: [, cdf] }, [dy]) => {
    const density = exp(mul(mul(x!, x!), -0.5));
    return [mul(dy!, add(cdf!, mul(mul(x!, density), 1 / Math.sqrt(2 * Math.PI))))];
  },
  geluTanh: ({ inputs: [x] }, [dy]) => {
    const square = mul(x!, x!);
    const t = tanh(mul(mul(x!, add(mul(square, CUBIC), 1)), SQRT_2_OVER_PI));
    const inner = mul(add(mul(square, 3 * CUBIC), 1), SQRT_2_OVER_PI);
    const slope = mul(mul(x!, sub(scalar(x!, 1), mul(t, t))), inner);
    return [mul(dy!, mul(add(add(t, 1), slope), 0.5))];
  },
  quickGelu: ({ inputs: [x] }, [dy]) => [sigmoidGated(x!, dy!, 1.702)],
  silu: ({ inputs: [x] }, [dy]) => [sigmoidGated(x!, dy!, 1)],
};
