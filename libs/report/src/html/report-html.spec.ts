import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { reportFigures } from '../figures/report-figures.js';
import { bestSentence, headlineOf } from '../headline.js';
import { comparison, effects, input, METRIC } from '../testing/answers.js';
import { reportHtml } from './report-html.js';
import { specYaml } from './reproduce.js';

const html = (changes: Partial<typeof input> = {}): string => {
  const changed = { ...input, ...changes };
  return reportHtml(changed, reportFigures(changed));
};

describe('a report', () => {
  it('asks for nothing from anywhere', () => {
    const text = html().replaceAll('xmlns="http://www.w3.org/2000/svg"', '');
    expect(text).not.toMatch(/https?:|\b(src|href)=|url\(|@import|<script|<link/);
    expect(text).toContain("default-src 'none'");
  });

  it('escapes what people have named', () => {
    const text = html();
    expect(text).toContain('what &lt;matters&gt;: which choice matters');
    expect(text).toContain('siglip &lt;b&gt;');
    expect(text).not.toMatch(/<b>|<matters>|a & b/);
  });

  it('opens every element that it closes', () => {
    const open: string[] = [];
    const single = new Set(['meta', 'polyline', 'rect', 'circle']);
    for (const [, end, name = ''] of html().matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
      if (end === '/') expect(open.pop()).toBe(name);
      else if (!single.has(name)) open.push(name);
    }
    expect(open).toEqual([]);
  });

  it('shows the numbers of the API: marks, intervals, differences', () => {
    const text = html();
    expect(text).toContain('<strong>51.0 ± 2.0</strong>');
    expect(text).toContain('<u>50.0 ± 2.0</u>');
    expect(text).toContain('<strong>56.0 (+6.0)</strong>');
    expect(text).toContain('<strong>−0.0400</strong>');
    expect(text).toContain('−0.0600 to −0.0200');
  });

  it('says what could not be told, which runs are left out, and what makes it again', () => {
    const text = html();
    expect(text).toContain(`${METRIC}: data + strategy is withheld. They always change together.`);
    expect(text).toContain(`${METRIC}: 7 runs count; left out: 1 failed.`);
    expect(text).toContain(
      'noise between seeds has sd 0.0200 (95 % interval 0.0100 to 0.0600, 3 degrees of freedom)',
    );
    for (const part of [
      'Trainer version: 3',
      'onnx-cpu avx2',
      'abc123',
      'seeds 1, 2',
      'ablate report e-1',
      'node 20.0.0',
    ])
      expect(text).toContain(part);
  });

  it('says that published figures were not trained here', () => {
    const text = html({
      experiment: { ...input.experiment, kind: 'imported' },
      provenance: { ...input.provenance, kind: 'imported', trainers: [] },
    });
    expect(text).toContain('nothing was trained here');
    expect(text).not.toContain('ablate submit');
  });

  it('stands without a single score', () => {
    const text = html({ effects: [], pivots: [], comparison: { ...comparison, cells: [], best: null } });
    expect(text).toContain('Nothing is measured yet.');
    expect(text).not.toContain('<figure>');
  });
});

describe('the grid in a report', () => {
  it('reads back as it was, in the order that people write', () => {
    const text = specYaml(input.experiment.spec);
    expect(parse(text)).toEqual(input.experiment.spec);
    expect(text.split('\n').slice(0, 4)).toEqual(['version: 1', 'name: x', 'axes:', '  encoder:']);
  });
});

describe('the headline', () => {
  it('names the largest difference that noise hardly explains, and whether it survives correction', () => {
    expect(headlineOf(effects)).toEqual({
      says: `On ${METRIC} connector matters most: a & b is 0.0400 below mlp.`,
      sure: 'It holds when corrected for 2 comparisons (Holm): p = 0.0200.',
    });
    const [first, second] = effects.differences;
    const weak = { ...effects, differences: [first!, { ...second!, pHolm: 0.08 }] };
    expect(headlineOf(weak).sure).toContain('a lead, not as a finding');
  });

  it('says what would have been missed where nothing is found', () => {
    const none = { ...effects, differences: effects.differences.slice(0, 1) };
    expect(headlineOf(none)).toEqual({
      says: `On ${METRIC} no axis makes a difference that noise could not explain.`,
      sure: 'A true difference below 0.0500 would be missed more than one time in five.',
    });
  });

  it('names no best cell among ties', () => {
    expect(bestSentence(comparison)).toBe(`Best cell: siglip <b>, ${METRIC} 0.510, mean of 2 runs.`);
    const best = { ...comparison.best!, tied: 1 };
    expect(bestSentence({ ...comparison, best })).toBe(`All cells tie: ${METRIC} 0.510.`);
  });
});
