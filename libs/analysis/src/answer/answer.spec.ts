import { describe, expect, it } from '@jest/globals';
import type { Run } from '../linear/runs.js';
import { answerEffects } from './answer-effects.js';

const axes = { encoder: ['clip', 'siglip'], connector: ['mlp', 'resampler'], strategy: ['base', 'lora'] };
/** Every cell with two seeds; siglip is 0.05 above clip, the resampler 0.1 below. Small fixed noise that no axis explains. */
const grid = (change: (run: Run) => Run = (run) => run): Run[] =>
  axes.encoder.flatMap((encoder, e) =>
    axes.connector.flatMap((connector, c) =>
      axes.strategy.flatMap((strategy, s) =>
        [1, 2].map((seed) =>
          change({
            levels: { encoder, connector, strategy },
            seed,
            score: 0.5 + 0.05 * e - 0.1 * c + 0.002 * ((e * 3 + c * 5 + s * 7 + seed * 11) % 4),
          }),
        ),
      ),
    ),
  );
const difference = (answer: ReturnType<typeof answerEffects>, axis: string) =>
  answer.differences.find((one) => one.axis === axis);

describe('answerEffects', () => {
  it('reports differences with the baseline the caller names, in words too', () => {
    const answer = answerEffects({ axes, baseline: { connector: 'resampler' }, runs: grid() });
    expect(answer.method).toBe('independent');
    expect(difference(answer, 'encoder')).toMatchObject({
      level: 'siglip',
      baseline: 'clip',
      verdict: 'difference',
    });
    expect(difference(answer, 'encoder')!.estimate).toBeCloseTo(0.05, 2);
    expect(difference(answer, 'connector')).toMatchObject({ level: 'mlp', baseline: 'resampler' });
    expect(difference(answer, 'strategy')!.verdict).toBe('could be noise');
    expect(difference(answer, 'strategy')!.sentence).toMatch(/lora is .* base, but the 95 % interval/);
    const encoder = answer.axes.find(({ name }) => name === 'encoder')!;
    expect(encoder.detectable).toBeGreaterThan(0);
    expect(encoder.detectable).toBeLessThan(0.05);
  });

  it('never takes runs that share a stage for independent ones', () => {
    const shared = grid((run) => ({
      ...run,
      sharedStage: `${run.levels['encoder']} ${run.levels['connector']}`,
    }));
    const answer = answerEffects({ axes, runs: shared });
    expect(answer.method).toBe('split');
    const alone = answerEffects({ axes, runs: grid() });
    // Four stages instead of sixteen runs: one degree of freedom, so the interval is far wider, around the same difference.
    const [nested, naive] = [difference(answer, 'encoder')!, difference(alone, 'encoder')!];
    expect(nested.df).toBe(1);
    expect(nested.estimate).toBeCloseTo(naive.estimate!, 12);
    expect(nested.hi! - nested.lo!).toBeGreaterThan(2 * (naive.hi! - naive.lo!));
    expect(difference(answer, 'strategy')!.df).toBeGreaterThan(1);
    // Pairs of encoders have stages in common with each other; pairs of strategies lie inside one stage.
    const { encoder, strategy } = answer.paired.byRun;
    expect(encoder![0]).toMatchObject({ pairs: 8, lo: null, p: null, pHolm: null });
    expect(encoder![0]!.mean).toBeCloseTo(naive.estimate!, 12);
    expect(strategy![0]!.lo).not.toBeNull();
    expect(alone.paired.byRun['encoder']![0]!.lo).not.toBeNull();
  });

  it('uses REML where the shared stages are not balanced', () => {
    const shared = grid((run) => ({
      ...run,
      sharedStage: `${run.levels['encoder']} ${run.levels['connector']} ${run.seed}`,
    }));
    const answer = answerEffects({ axes, runs: shared.slice(1) });
    expect(['mixed', 'pooled']).toContain(answer.method);
    expect(difference(answer, 'encoder')!.estimate).toBeCloseTo(0.05, 2);
  });

  it('withholds the effect of axes that always move together, unless they are asked for as one', () => {
    const runs = grid().map((run) => ({
      ...run,
      levels: { ...run.levels, data: run.levels['strategy'] === 'base' ? 'llava' : 'sharegpt4v' },
    }));
    const wider = { ...axes, data: ['llava', 'sharegpt4v'] };
    const answer = answerEffects({ axes: wider, runs });
    expect(answer.withheld).toEqual([
      { axis: 'strategy + data', reason: expect.stringContaining('--joint strategy,data') },
    ]);
    expect(answer.differences.map(({ axis }) => axis)).toEqual(['encoder', 'connector']);
    expect(answer.axes.filter(({ detectable }) => detectable !== null).map(({ name }) => name)).toEqual([
      'encoder',
      'connector',
    ]);
    expect(answer.terms.map(({ term }) => term.join())).toEqual(['encoder', 'connector']);
    expect(answer.aliases[0]!.sentence).toContain('strategy and data always change together');
    const joint = answerEffects({ axes: wider, runs, joint: [['data', 'strategy']] });
    expect(joint.withheld).toEqual([]);
    expect(difference(joint, 'data + strategy')).toMatchObject({
      level: 'sharegpt4v + lora',
      baseline: 'llava + base',
    });
  });

  it('sets axes with one level aside and counts what does not count', () => {
    const runs = grid().map((run, i) => (i === 0 ? { ...run, status: 'failed', score: null } : run));
    const answer = answerEffects({
      axes: { ...axes, llm: ['tiny'] },
      runs: runs.map((run) => ({ ...run, levels: { ...run.levels, llm: 'tiny' } })),
    });
    expect(answer.constant).toEqual({ llm: 'tiny' });
    expect(answer.axes.map(({ name }) => name)).not.toContain('llm');
    expect(answer.excluded).toEqual({ failed: 1 });
    expect(answer.notes).toContain('1 run is failed and not counted.');
  });

  it('tells two-way interactions when asked', () => {
    const runs = grid((run) => ({
      ...run,
      score:
        run.score! +
        (run.levels['encoder'] === 'siglip' && run.levels['connector'] === 'resampler' ? 0.08 : 0),
    }));
    const answer = answerEffects({ axes, runs, order: 'twoWay' });
    const [interaction] = answer.interactions;
    expect(interaction!.axes).toEqual(['encoder', 'connector']);
    expect(interaction!.cells.map((cell) => Number(cell.interaction.estimate!.toFixed(2)))).toEqual([
      0.02, -0.02, -0.02, 0.02,
    ]);
    expect(answer.terms.find(({ term }) => term.join() === 'encoder,connector')!.p).toBeLessThan(0.001);
  });

  it('refuses to join what is no axis', () => {
    expect(() => answerEffects({ axes, runs: grid(), joint: [['llm', 'data']] })).toThrow(/'llm' is no axis/);
  });
});
