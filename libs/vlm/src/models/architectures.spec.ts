import { describe, expect, it } from '@jest/globals';
import { encoderArchitecture, llmArchitecture, llmConfig, visionConfig } from './architectures.js';
import { isDecayed } from './params.js';

const sizes = {
  hidden_size: 24,
  intermediate_size: 40,
  num_hidden_layers: 1,
  num_attention_heads: 3,
  num_key_value_heads: 1,
  vocab_size: 50,
};
const openelm = {
  model_type: 'openelm',
  model_dim: 64,
  head_dim: 16,
  num_transformer_layers: 3,
  num_gqa_groups: 2,
  qkv_multipliers: [0.5, 1],
  ffn_multipliers: [0.5, 4],
  ffn_dim_divisor: 16,
};
const undecayed = (type: string, more: object = {}): string[] => {
  const config = llmConfig('config.json', { model_type: type, ...sizes, ...more });
  return llmArchitecture(type)
    .specs(config)
    .filter((spec) => !isDecayed(spec))
    .map(({ name }) => name.replace('model.layers.0.', ''));
};

/** transformers 4.40 decays the norms that its Trainer does not know as such: Qwen2's and OpenELM's. */
describe('what is not decayed', () => {
  it.each([
    ['llama', {}, ['input_layernorm.weight', 'post_attention_layernorm.weight', 'model.norm.weight']],
    ['gemma', {}, ['input_layernorm.weight', 'post_attention_layernorm.weight', 'model.norm.weight']],
    ['qwen2', {}, ['self_attn.q_proj.bias', 'self_attn.k_proj.bias', 'self_attn.v_proj.bias']],
    [
      'stablelm',
      { use_parallel_residual: true, qk_layernorm: true, partial_rotary_factor: 0.5, num_key_value_heads: 1 },
      [
        'input_layernorm.weight',
        'input_layernorm.bias',
        'self_attn.q_layernorm.norms.0.weight',
        'self_attn.q_layernorm.norms.1.weight',
        'self_attn.q_layernorm.norms.2.weight',
        'self_attn.k_layernorm.norms.0.weight',
        'model.norm.weight',
        'model.norm.bias',
      ],
    ],
    ['openelm', openelm, []],
  ])('%s %j', (type, more, names) => {
    expect(undecayed(type, more)).toEqual(names);
  });
});

describe('config.json', () => {
  const llm = (json: object) => () => llmConfig('here/config.json', { ...sizes, ...json });
  const encoder = (json: object) => () => visionConfig('here/config.json', { model_type: 'dinov2', ...json });
  it.each([
    [llm({ model_type: 'qwen2', use_sliding_window: true, sliding_window: 64 }), 'use_sliding_window'],
    [llm({ model_type: 'stablelm', partial_rotary_factor: 0.1 }), 'partial_rotary_factor'],
    [llm({ model_type: 'stablelm', rope_scaling: { type: 'dynamic', factor: 2 } }), 'rope_scaling'],
    [llm({ model_type: 'gemma', head_dim: 0 }), 'head_dim'],
    [llm({ ...openelm, normalization_layer_name: 'layer_norm' }), 'normalization_layer_name'],
    [llm({ ...openelm, qkv_multipliers: [0.5, 0.7, 1] }), 'qkv_multipliers'],
    [llm({ ...openelm, ffn_multipliers: [1, 2, 3, 4] }), 'ffn_multipliers'],
    [encoder({ hidden_size: 10, num_attention_heads: 4 }), 'num_attention_heads'],
    [encoder({ mlp_ratio: '4' }), 'mlp_ratio'],
  ])('is refused by the name of its field, %#', (read, field) => {
    expect(read).toThrow(expect.objectContaining({ code: 'BAD_CONFIG', path: `here/config.json: ${field}` }));
  });
  it('has the defaults of transformers 4.40', () => {
    expect(llm({ model_type: 'gemma' })()).toMatchObject({
      head_dim: 256,
      tie_word_embeddings: true,
      hidden_act: 'gelu_pytorch_tanh',
    });
    expect(llm({ model_type: 'gemma', hidden_act: 'gelu' })()).toMatchObject({
      hidden_act: 'gelu_pytorch_tanh',
    });
    expect(llm({ model_type: 'gemma', hidden_activation: 'gelu' })()).toMatchObject({ hidden_act: 'gelu' });
    expect(llm({ model_type: 'llama', rope_scaling: { type: 'linear', factor: 4 } })()).toMatchObject({
      rope_divisor: 4,
    });
    expect(llm(openelm)()).toMatchObject({ tie_word_embeddings: false, hidden_act: 'swish', norm_eps: 1e-6 });
  });
  it('of DINOv2 with a gated MLP has its width by the rule of two thirds', () => {
    const { type, config } = encoder({ hidden_size: 48, num_attention_heads: 4, use_swiglu_ffn: true })();
    expect(config.intermediate_size).toBe(128);
    const shapes = new Map(
      encoderArchitecture(type)
        .specs(config)
        .map(({ name, shape }) => [name, shape]),
    );
    expect(shapes.get('encoder.layer.0.mlp.weights_in.weight')).toEqual([256, 48]);
    expect(shapes.get('encoder.layer.0.mlp.weights_out.weight')).toEqual([48, 128]);
  });
});
