import type { CatalogueIndex, EncoderEntry, LlmEntry } from '../src/catalogue-index.js';

const encoder: EncoderEntry = {
  kind: 'encoder',
  id: 'clip-tiny',
  digest: 'e1',
  architecture: 'clip',
  parameters: 820_000,
  bytes: 1_640_000,
  hidden: 128,
  layers: 4,
  heads: 4,
  intermediate: 512,
  patch: 8,
  imageSize: 48,
};
const llm: LlmEntry = {
  kind: 'llm',
  id: 'llama-tiny',
  digest: 'l1',
  architecture: 'llama',
  parameters: 990_000,
  bytes: 1_980_000,
  hidden: 128,
  layers: 4,
  heads: 4,
  kvHeads: 4,
  intermediate: 344,
  vocab: 1536,
  maxPositions: 512,
};
const part = (digest: string, samples: number, textOnly = 0) => ({
  digest,
  samples,
  textOnly,
  meanCharacters: 200,
});

export const exampleIndex: CatalogueIndex = {
  backbones: [
    encoder,
    { ...encoder, id: 'siglip-tiny', digest: 'e2', architecture: 'siglip' },
    { ...encoder, id: 'clip-wide', digest: 'e3', hidden: 192 },
    llm,
    { ...llm, id: 'phi-tiny', digest: 'l2', architecture: 'phi' },
  ],
  recipes: [
    { id: 'emoji-base', parts: { pretrain: part('d1', 1500), finetune: part('d2', 2000) } },
    { id: 'emoji-rich', parts: { pretrain: part('d3', 1500), finetune: part('d4', 2000, 100) } },
  ],
  benchmarks: ['emoji-vqa', 'emoji-pope'].map((id) => ({
    id,
    digest: `b-${id}`,
    questions: 600,
    meanCharacters: 40,
    primaryMetric: 'accuracy',
    maxNewTokens: null,
  })),
};
