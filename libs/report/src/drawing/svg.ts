import { TONES, type Figure, type Mark } from '../figures/figure.js';
import { escape } from './escape.js';

const n = (value: number): string => String(Math.round(value * 100) / 100);

function draw(mark: Mark): string {
  switch (mark.kind) {
    case 'line': {
      const { points, tone, width = 1, dashed = false } = mark;
      const path = points.map(([x, y]) => `${n(x)},${n(y)}`).join(' ');
      return `<polyline points="${path}" fill="none" stroke="${TONES[tone]}" stroke-width="${width}"${dashed ? ' stroke-dasharray="4 3"' : ''}/>`;
    }
    case 'bar':
      return `<rect x="${n(mark.x)}" y="${n(mark.y)}" width="${n(mark.width)}" height="${n(mark.height)}" fill="${TONES[mark.tone]}"/>`;
    case 'dot': {
      const { x, y, radius, tone, hollow = false } = mark;
      return `<circle cx="${n(x)}" cy="${n(y)}" r="${radius}" fill="${hollow ? '#ffffff' : TONES[tone]}" stroke="${TONES[tone]}" stroke-width="1.4"/>`;
    }
    case 'text': {
      const { x, y, text, size, anchor = 'start', tone = 'ink', bold = false } = mark;
      return `<text x="${n(x)}" y="${n(y + size * 0.35)}" font-size="${size}" text-anchor="${anchor}" fill="${TONES[tone]}"${bold ? ' font-weight="bold"' : ''}>${escape(text)}</text>`;
    }
  }
}

/** A figure as SVG that stands by itself: title and caption are its accessible name and description. */
export function svg({ id, title, caption, width, height, marks }: Figure): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${n(width)} ${n(height)}" width="${n(width)}" height="${n(height)}" role="img" aria-labelledby="${id}-t ${id}-d" font-family="Helvetica, Arial, sans-serif">`,
    `<title id="${id}-t">${escape(title)}</title><desc id="${id}-d">${escape(caption)}</desc>`,
    ...marks.map(draw),
    '</svg>',
  ].join('\n');
}
