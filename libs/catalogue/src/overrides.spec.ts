import { describe, expect, it } from '@jest/globals';
import { applyOverrides, readOverride } from './overrides.js';
import type { TrainStageConfig } from './stage-config.js';

const config = {
  kind: 'train',
  stage: 'finetune',
  data: { recipe: 'r', part: 'finetune', digest: '', maxSamples: null },
  optimiser: { learningRate: 1 },
  tune: { encoder: { mode: 'frozen' }, connector: { mode: 'full' }, llm: { mode: 'full' } },
} as unknown as TrainStageConfig;
const applied = (...settings: readonly (readonly [string, string | boolean])[]): TrainStageConfig =>
  applyOverrides(
    config,
    settings.flatMap(([name, value]) => readOverride(`stages.finetune.${name}`, value)),
  ).config;

describe('settings of data', () => {
  it('leave a config as it is where they say the default, so that its key stays', () => {
    expect(
      applied(['data.mismatched', 'drop'], ['data.packing', false], ['exifOrientation', 'ignore']),
    ).toEqual(config);
  });

  it('are part of the config where they say another', () => {
    expect(applied(['mismatched', 'refuse'], ['packing', true], ['exifOrientation', 'apply'])).toEqual({
      ...config,
      data: { ...config.data, mismatched: 'refuse', packing: true },
      exifOrientation: 'apply',
    });
    expect(() => applied(['data.mismatched', 'ignore'])).toThrow(
      expect.objectContaining({ code: 'BAD_SETTING' }),
    );
  });
});
