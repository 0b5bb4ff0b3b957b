/** Moments of one parameter, kept by its name, with its own step counter. */
export interface Moments {
  readonly mean: Float32Array;
  readonly square: Float32Array;
  step: number;
}

export interface AdamWSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Optimiser state, by parameter name: stages and strategies never mix up whose moments are whose. */
export type OptimiserState = Map<string, Moments>;

export interface Update {
  readonly name: string;
  readonly parameter: Float32Array;
  readonly gradient: Float32Array;
  readonly learningRate: number;
  readonly weightDecay: number;
}

/**
 * One AdamW step in place, with decoupled weight decay and bias correction; `scale` multiplies every gradient (clipping).
 * Moments appear at a parameter's first update. A parameter that is not given is left as it is, with its own step counter.
 * Source: torch.optim.AdamW (single tensor path); Loshchilov and Hutter 2019.
 */
export function adamW(
  state: OptimiserState,
  updates: readonly Update[],
  settings: AdamWSettings,
  scale = 1,
): void {
  const { beta1, beta2, epsilon } = settings;
  for (const { name, parameter, gradient, learningRate, weightDecay } of updates) {
    let moments = state.get(name);
    if (!moments) {
      moments = {
        mean: new Float32Array(parameter.length),
        square: new Float32Array(parameter.length),
        step: 0,
      };
      state.set(name, moments);
    }
    moments.step += 1;
    const { mean, square, step } = moments;
    const stepSize = learningRate / (1 - beta1 ** step);
    const denominatorScale = 1 / Math.sqrt(1 - beta2 ** step);
    const keep = 1 - learningRate * weightDecay;
    const rest1 = 1 - beta1;
    const rest2 = 1 - beta2;
    for (let i = 0; i < parameter.length; i += 1) {
      const g = gradient[i]! * scale;
      const m = beta1 * mean[i]! + rest1 * g;
      const v = beta2 * square[i]! + rest2 * g * g;
      mean[i] = m;
      square[i] = v;
      parameter[i] = keep * parameter[i]! - (stepSize * m) / (Math.sqrt(v) * denominatorScale + epsilon);
    }
  }
}

/** Global L2 norm over all gradients. */
export function gradientNorm(gradients: Iterable<Float32Array>): number {
  let sum = 0;
  for (const gradient of gradients) {
    for (let i = 0; i < gradient.length; i += 1) sum += gradient[i]! * gradient[i]!;
  }
  return Math.sqrt(sum);
}

/** Factor that brings a norm down to `limit`. Source: torch.nn.utils.clip_grad_norm_ (its 1e-6 included). */
export const clipScale = (norm: number, limit: number | null): number =>
  limit === null ? 1 : Math.min(1, limit / (norm + 1e-6));

/**
 * Whether a parameter is decayed: all but biases and norm weights; embeddings, heads and latents are. A resampler's feed-forward
 * keeps its norm under a number. Source: transformers `Trainer.get_decay_parameter_names`, which asks the modules.
 */
export const isDecayed = (name: string): boolean =>
  !/bias$|(^|[._])(layer|layr)?norm[^.]*\.weight$|^connector\.layers\.\d+\.1\.0\.weight$/.test(name);
