import { describe, expect, it } from '@jest/globals';
import { analyseEffects } from './effects/analyse-effects.js';
import { explainModel } from './effects/explain.js';
import { isItNoise, shownP, type NoiseQuestion } from './is-it-noise.js';

const of = (estimate: Partial<NoiseQuestion['estimate']>, rest: Partial<NoiseQuestion> = {}) =>
  isItNoise({
    a: 'clip',
    b: 'siglip',
    estimate: { estimable: true, estimate: 2.35, lo: 1.757, hi: 2.943, p: 0.000156, ...estimate },
    source: 'seeds',
    ...rest,
  });

describe('isItNoise', () => {
  it('says so in one sentence', () => {
    expect(of({})).toEqual({
      verdict: 'difference',
      sentence:
        'siglip is 2.35 above clip (95 % interval 1.76 to 2.94, p = 0.0002): more than noise between seeds explains.',
    });
    expect(of({ estimate: -0.3, lo: -0.8, hi: 0.2, p: 0.21 }, { seedsNeeded: 14 })).toEqual({
      verdict: 'could be noise',
      sentence:
        'siglip is 0.300 below clip, but the 95 % interval -0.800 to 0.200, p = 0.210 holds zero: noise between seeds may explain it; a difference of this size takes 14 runs a level to find with 80 % power.',
    });
  });
  it('claims no seed noise where every cell ran once', () => {
    for (const lo of [1, -1]) {
      const { sentence } = of({ lo }, { source: 'interactions' });
      expect(sentence).toMatch(/each cell ran once, so noise between seeds is not known/);
      expect(sentence).not.toMatch(/noise between seeds (explains|may)/);
    }
  });
  it('holds back where it cannot tell', () => {
    expect(of({ lo: null, hi: null, p: null }).verdict).toBe('cannot tell');
    expect(
      of({ estimable: false, estimate: null }, { because: 'data and recipe always move together' }),
    ).toEqual({
      verdict: 'not estimable',
      sentence: 'siglip and clip cannot be compared here: data and recipe always move together.',
    });
  });
  it('prints p-values as papers do', () => {
    expect([3e-9, 0.00123, 0.0456, 0.5].map(shownP)).toEqual([
      'p < 0.0001',
      'p = 0.0012',
      'p = 0.046',
      'p = 0.500',
    ]);
  });
});

describe('explainModel', () => {
  const axes = { encoder: ['clip', 'siglip'], llm: ['llama', 'phi'] };
  const run = (encoder: string, llm: string, score: number) => ({ levels: { encoder, llm }, score });
  it('names terms that cannot be told apart and the cells that never ran', () => {
    const report = analyseEffects({ axes, runs: [run('clip', 'llama', 1), run('siglip', 'phi', 2)] });
    const notes = explainModel(report, report.models.main);
    expect(notes[0]).toBe(
      'encoder: not estimable, it cannot be told from the other terms. Never run: clip + phi, siglip + llama.',
    );
    expect(notes.at(-1)).toMatch(/leaves no error/);
  });
  it('says that interactions stand in for seeds, and nothing of a full table', () => {
    const cells = [
      run('clip', 'llama', 1),
      run('clip', 'phi', 3),
      run('siglip', 'llama', 2),
      run('siglip', 'phi', 5),
    ];
    const once = analyseEffects({ axes, runs: cells });
    expect(explainModel(once, once.models.main)).toEqual([
      'Each cell ran once: the error (1 df) is what the model leaves out, not noise between seeds.',
    ]);
    const twice = analyseEffects({
      axes,
      runs: [...cells, ...cells.map((one) => ({ ...one, score: one.score + 1 }))],
    });
    expect(explainModel(twice, twice.models.twoWay)).toEqual([]);
  });
});
