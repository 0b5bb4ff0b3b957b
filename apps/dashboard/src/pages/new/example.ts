/** The grid that a new user begins with; the same as examples/demo.yaml says it. */
export const EXAMPLE = `# Which choice matters? 2 encoders x 2 connectors x 2 strategies x 2 seeds: 8 cells, 16 runs.
version: 1
project: demo
name: what-matters

axes:
  encoder: [clip-tiny, siglip-tiny]
  connector: [mlp2x_gelu, { id: resampler, numQueries: 16, depth: 1, heads: 4, headDim: 32 }]
  llm: [llama-tiny]
  data: [emoji-base]
  strategy: [base, { id: lora, rank: 16, alpha: 32, dropout: 0 }]
  # LoRA wants a larger step than full training, so the two move together.
  stages.finetune.learningRate: [1.0e-3, 3.0e-3]
zip: [[strategy, stages.finetune.learningRate]]

baseline: { encoder: clip-tiny, connector: mlp2x_gelu, strategy: base }
# The second seed trains stage 2 again; stage 1 is shared.
seeds: { values: [1, 2], redraws: [finetune] }
evaluate: [emoji-vqa, emoji-pope]

defaults:
  stages.pretrain.data.maxSamples: 1600
  stages.pretrain.batchSize: 8
  stages.pretrain.learningRate: 3.0e-3
  stages.pretrain.clipNorm: 1
  stages.finetune.data.maxSamples: 480
  stages.finetune.batchSize: 8
  stages.finetune.clipNorm: 1
  stages.finetune.system: A chat between a user and an assistant.
  stages.finetune.checkpointEvery: 50
`;
