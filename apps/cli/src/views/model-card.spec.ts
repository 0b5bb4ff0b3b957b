import { describe, expect, it } from '@jest/globals';
import type { Comparison, RunView, StageView } from '@ablate/contracts';
import { modelCard } from './model-card.js';

const run = {
  id: 'grid-1-1',
  experiment: 'grid-1',
  cell: 'c1',
  label: 'linear',
  levels: { connector: 'linear' },
  seed: 1,
  metrics: { 'gqa/accuracy': 0.5 },
} as unknown as RunView;
const training = {
  key: 'k1',
  stage: 'finetune',
  config: {
    encoder: { id: 'clip-tiny', digest: 'e1' },
    llm: { id: 'llama-tiny', digest: 'l1' },
    data: { recipe: 'emoji-base', part: 'finetune', digest: 'd1' },
    optimiser: { learningRate: 0.001 },
    connector: { kind: 'linear' },
    batchSize: 8,
  },
} as unknown as StageView;
const comparison = {
  cells: [
    {
      id: 'c1',
      scores: [
        {
          metric: 'gqa/accuracy',
          mean: 0.45,
          n: 2,
          low: 0.4,
          high: 0.5,
          blind: 0.2,
          majority: null,
          gain: { mean: 0.25, low: 0.1, high: 0.4 },
        },
      ],
    },
  ],
} as unknown as Comparison;

describe('a model card', () => {
  const facts = {
    run,
    trainings: [training],
    comparison,
    format: 'huggingface',
    lora: 'merged',
    version: '0.1.0',
  };

  it('says data, recipe, versions, and scores with their intervals', () => {
    const text = modelCard(facts);
    expect(text).toContain('# linear');
    expect(text).toContain('| data | emoji-base/finetune (sha256 d1) |');
    expect(text).toContain('| encoder | clip-tiny (sha256 e1) |');
    expect(text).toContain('| learningRate | 0.001 |');
    expect(text).toContain('exported by Ablate 0.1.0');
    expect(text).toContain(
      '| gqa/accuracy | 0.5000 | 0.4500 | 2 | 0.4000 to 0.5000 | 0.2000 | – | 0.2500 (0.1000 to 0.4000) |',
    );
  });

  it('says where there is no score', () => {
    const text = modelCard({ ...facts, comparison: { ...comparison, cells: [] } });
    expect(text).toContain('This run has no finished evaluation.');
  });
});
