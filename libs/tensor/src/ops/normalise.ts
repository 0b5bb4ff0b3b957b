import type { Value } from '../graph.js';
import { exp, mul, sub } from './elementwise.js';
import { mean, sum, sumTo } from './reduce.js';
import { emit, fail, type GradientRules } from './rule.js';

/** exp(x) / sum exp(x) over the last axis. */
export const softmax = (x: Value): Value => emit('softmax', [x], {}, x.shape, x.dtype);
/** x - log sum exp(x) over the last axis. */
export const logSoftmax = (x: Value): Value => emit('logSoftmax', [x], {}, x.shape, x.dtype);

/**
 * (x - mean) / sqrt(variance + epsilon) * scale + bias over the last axis, biased variance.
 * Source: Ba, Kiros and Hinton 2016; torch.nn.LayerNorm.
 */
export function layerNorm(x: Value, scale: Value, bias: Value | null, epsilon: number): Value {
  checkRow('layerNorm', 'scale', x, scale);
  if (bias) checkRow('layerNorm', 'bias', x, bias);
  const statistics = { shape: [...x.shape.slice(0, -1), 1], dtype: x.dtype };
  const inputs = bias ? [x, scale, bias] : [x, scale];
  return x.graph.add('layerNorm', inputs, { epsilon }, [
    { shape: x.shape, dtype: x.dtype },
    statistics,
    statistics,
  ])[0]!;
}

/** x / sqrt(mean(x^2) + epsilon) * scale over the last axis. Source: Zhang and Sennrich 2019; transformers LlamaRMSNorm. */
export function rmsNorm(x: Value, scale: Value, epsilon: number): Value {
  checkRow('rmsNorm', 'scale', x, scale);
  const statistics = { shape: [...x.shape.slice(0, -1), 1], dtype: x.dtype };
  return x.graph.add('rmsNorm', [x, scale], { epsilon }, [
    { shape: x.shape, dtype: x.dtype },
    statistics,
  ])[0]!;
}

function checkRow(op: string, what: string, x: Value, { shape }: Value): void {
  if (shape.length !== 1 || shape[0] !== x.shape.at(-1))
    fail(op, `${what} [${shape.join(', ')}] for [${x.shape.join(', ')}]`);
}

export const normaliseGradients: GradientRules = {
  // dx = y (dy - sum(dy y))
  softmax: ({ outputs: [y] }, [dy]) => {
    const weighted = mul(dy!, y!);
    return [sub(weighted, mul(y!, sum(weighted, [-1], { keepDims: true })))];
  },
  // dx = dy - softmax(x) sum(dy)
  logSoftmax: ({ outputs: [y] }, [dy]) => [sub(dy!, mul(exp(y!), sum(dy!, [-1], { keepDims: true })))],
  // With n = (x - mean) r and g = dy scale: dx = r (g - mean(g) - n mean(g n)). Outputs 1 and 2 are the mean and r.
  layerNorm: ({ inputs, outputs: [, center, r] }, [dy]) => {
    const [x, scale, bias] = inputs;
    const n = mul(sub(x!, center!), r!);
    const g = mul(dy!, scale!);
    const gn = mean(mul(g, n), [-1], { keepDims: true });
    const dx = mul(sub(sub(g, mean(g, [-1], { keepDims: true })), mul(n, gn)), r!);
    const dscale = sumTo(mul(dy!, n), scale!.shape);
    return bias ? [dx, dscale, sumTo(dy!, bias.shape)] : [dx, dscale];
  },
  // With n = x r and g = dy scale: dx = r (g - n mean(g n)). Output 1 is r.
  rmsNorm: ({ inputs: [x, scale], outputs: [, r] }, [dy]) => {
    const n = mul(x!, r!);
    const g = mul(dy!, scale!);
    const gn = mean(mul(g, n), [-1], { keepDims: true });
    return [mul(sub(g, mul(n, gn)), r!), sumTo(mul(dy!, n), scale!.shape)];
  },
};
