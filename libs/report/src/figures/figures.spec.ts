import { inflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { pdf } from '../drawing/pdf.js';
import { svg } from '../drawing/svg.js';
import { comparison, effects, input } from '../testing/answers.js';
import { contributionsFigure } from './contributions.js';
import { effectsFigure, pairedFigure } from './effects.js';
import type { Figure, Mark } from './figure.js';
import { frontFigure } from './front.js';
import { powerFigure } from './power.js';
import { allFigures, reportFigures } from './report-figures.js';
import { amount, linearScale } from './scale.js';

const of = <K extends Mark['kind']>(figure: Figure | null, kind: K): Extract<Mark, { kind: K }>[] =>
  (figure?.marks ?? []).filter((mark): mark is Extract<Mark, { kind: K }> => mark.kind === kind);
const texts = (figure: Figure | null): string[] => of(figure, 'text').map(({ text }) => text);

describe('figures', () => {
  it('place estimates by their values, filled where the interval leaves out zero', () => {
    const figure = effectsFigure(effects, 'f');
    const [noise, sure] = of(figure, 'dot');
    const zero = of(figure, 'line').find(({ tone, width }) => tone === 'ink' && width === 1)!.points[0]![0];
    expect(noise).toMatchObject({ hollow: true });
    expect(sure).toMatchObject({ hollow: false, tone: 'accent' });
    // 0.01 above zero and 0.04 below it.
    expect((zero - sure!.x) / (noise!.x - zero)).toBeCloseTo(4);
    expect(texts(figure)).toContain('−0.0400  [−0.0600 to −0.0200]');
  });

  it('give no interval to pairs that have none', () => {
    expect(texts(pairedFigure(effects, 'f'))).toContain('+0.0100  see effects');
  });

  it('draw shares to scale, with what is left', () => {
    const bars = of(contributionsFigure(effects, 'f'), 'bar').filter(({ tone }) => tone !== 'rule');
    expect(bars[1]!.width / bars[0]!.width).toBeCloseTo(2);
    expect(texts(contributionsFigure(effects, 'f'))).toContain('20.0 %');
  });

  it('join the front of a cost, and leave out costs that do not vary', () => {
    const figure = frontFigure(comparison, 'flops', 'f');
    expect(of(figure, 'dot').every(({ hollow }) => hollow === false)).toBe(true);
    expect(of(figure, 'line').find(({ tone }) => tone === 'accent')!.points).toHaveLength(2);
    for (const cost of ['parameters', 'seconds', 'peakMemoryBytes'] as const)
      expect(frontFigure(comparison, cost, 'f')).toBeNull();
  });

  it('are none where there is nothing to draw', () => {
    const empty = { ...effects, differences: [], terms: [], axes: [], paired: { byRun: {}, byCell: {} } };
    for (const draw of [effectsFigure, contributionsFigure, pairedFigure, powerFigure])
      expect(draw(empty, 'f')).toBeNull();
  });

  it('keep every mark inside their frame', () => {
    for (const { width, height, marks } of allFigures(reportFigures(input)))
      for (const mark of marks) {
        const points = mark.kind === 'line' ? mark.points : [[mark.x, mark.y] as const];
        for (const [x, y] of points) {
          expect(x >= 0 && x <= width).toBe(true);
          expect(y >= 0 && y <= height).toBe(true);
        }
      }
  });
});

describe('a scale', () => {
  it('has round ticks with just the decimals that they need', () => {
    const { ticks, label } = linearScale([0, 0.1], 0, 100);
    expect(ticks.map(label)).toEqual(['0.000', '0.025', '0.050', '0.075', '0.100']);
    expect(linearScale([5, 5], 0, 100).at(5)).toBe(50);
    expect([0, 950, 12_345, 1.5e12].map(amount)).toEqual(['0', '950', '12.3 k', '1.5 T']);
  });
});

describe('drawings', () => {
  it('as SVG are named, described and escaped', () => {
    const text = svg(effectsFigure(effects, 'f')!);
    expect(text).toContain('<title id="f-t">Effects on quiz/accuracy</title>');
    expect(text).toContain('a &amp; b');
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('as PDF hold the same text, letters that the font lacks replaced', async () => {
    const made = new Date('2026-01-01T00:00:00Z');
    const figure: Figure = {
      ...effectsFigure(effects, 'f')!,
      marks: [{ kind: 'text', x: 0, y: 9, text: '−1 漢', size: 9 }],
    };
    const bytes = Buffer.from(
      await pdf([figure, ...allFigures(reportFigures(input))], { title: 'Fäden', made }),
    );
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    const binary = bytes.toString('latin1');
    const streams = [...binary.matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)].flatMap(([, body = '']) => {
      try {
        return inflateSync(Buffer.from(body, 'latin1')).toString('latin1');
      } catch {
        return [];
      }
    });
    // An en dash (0x96), a one, a space, a question mark.
    expect(streams.join('\n').replaceAll(/[^0-9a-f<>]/g, '')).toContain('<9631203f>');
    expect(binary.match(/\/Type \/Page\b/g)!.length).toBeGreaterThan(1);
  });
});
