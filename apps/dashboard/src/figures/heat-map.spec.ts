import { describe, expect, it } from '@jest/globals';
import { heatMapSvg } from './heat-map.js';

describe('a heat map as a drawing', () => {
  const svg = heatMapSvg(
    {
      rowAxis: 'encoder',
      columnAxis: 'a < b',
      rows: ['clip'],
      columns: ['x', 'a very long level name'],
      at: (_row, column) =>
        column === 'x'
          ? { row: 'clip', column, text: '0.5', label: '', share: 1, best: true }
          : column === 'y'
            ? null
            : { row: 'clip', column, text: 'done', label: '', share: null, fill: 'light-dark(#aaa, #bbb)' },
    },
    true,
  );
  it('has a text for every cell, and colours of the theme', () => {
    expect(svg).toContain('>0.5</text>');
    expect(svg).toContain('fill="#bbb"');
    expect(svg).toContain('a &lt; b');
    expect(svg).toContain('a very long l…');
    expect(svg.match(/<rect/g)).toHaveLength(2);
  });
});
