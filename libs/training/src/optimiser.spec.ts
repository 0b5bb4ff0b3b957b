import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { adamW, clipScale, gradientNorm, isDecayed, type OptimiserState } from './optimiser.js';

type Nested = number | Nested[];
interface Case {
  config: {
    name: string;
    betas: [number, number];
    eps: number;
    weight_decay: number;
    max_grad_norm: number | null;
    no_decay: string[];
  };
  gradients: Record<string, Nested | null>[];
  steps: { lr: number | Record<string, number>; grad_norm: number; params: Record<string, Nested> }[];
}
const golden = JSON.parse(
  readFileSync(new URL('../test/fixtures/optimiser_adamw.json', import.meta.url), 'utf8'),
) as { initial: Record<string, Nested>; cases: Case[] };
const flat = (nested: Nested): Float32Array => Float32Array.from([nested].flat(9) as number[]);

describe('AdamW', () => {
  for (const { config, gradients, steps } of golden.cases) {
    it(`follows torch step by step: ${config.name}`, () => {
      const parameters = new Map(Object.entries(golden.initial).map(([name, value]) => [name, flat(value)]));
      const state: OptimiserState = new Map();
      const [beta1, beta2] = config.betas;
      steps.forEach((expected, step) => {
        const given = Object.entries(gradients[step]!).flatMap(([name, value]) =>
          value === null ? [] : [{ name, gradient: flat(value) }],
        );
        const norm = gradientNorm(given.map(({ gradient }) => gradient));
        const updates = given.map(({ name, gradient }) => ({
          name,
          gradient,
          parameter: parameters.get(name)!,
          learningRate: typeof expected.lr === 'number' ? expected.lr : expected.lr[name]!,
          weightDecay: config.no_decay.includes(name) ? 0 : config.weight_decay,
        }));
        adamW(state, updates, { beta1, beta2, epsilon: config.eps }, clipScale(norm, config.max_grad_norm));
        for (const [name, value] of Object.entries(expected.params)) {
          flat(value).forEach((wanted, i) => {
            expect(Math.abs(parameters.get(name)![i]! - wanted)).toBeLessThanOrEqual(
              5.5e-6 + 1e-6 * Math.abs(wanted),
            );
          });
        }
      });
    });
  }

  it('decays matrices, embeddings and heads, not biases and norms', () => {
    for (const name of [
      'llm.model.layers.0.self_attn.q_proj.weight',
      'llm.model.embed_tokens.weight',
      'llm.lm_head.weight',
      'connector.latents',
      'connector.0.weight',
      'connector.layers.0.0.to_kv.weight',
      'connector.layers.0.1.1.weight',
      'encoder.vision_model.embeddings.class_embedding',
      'encoder.vision_model.head.probe',
      'encoder.vision_model.head.attention.in_proj_weight',
    ]) {
      expect([name, isDecayed(name)]).toEqual([name, true]);
    }
    for (const name of [
      'connector.0.bias',
      'llm.model.layers.0.input_layernorm.weight',
      'llm.model.norm.weight',
      'llm.model.final_layernorm.weight',
      'encoder.vision_model.pre_layrnorm.weight',
      'encoder.vision_model.encoder.layers.0.layer_norm1.weight',
      'encoder.vision_model.head.attention.in_proj_bias',
      'connector.norm.weight',
      'connector.layers.0.0.norm_media.weight',
      'connector.layers.1.0.norm_latents.weight',
      'connector.layers.0.1.0.weight',
    ]) {
      expect([name, isDecayed(name)]).toEqual([name, false]);
    }
  });
});
