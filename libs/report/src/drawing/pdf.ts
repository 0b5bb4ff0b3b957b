import PDFDocument from 'pdfkit';
import { TONES, type Figure, type Mark } from '../figures/figure.js';

/** Letters of the standard fonts (Windows-1252): what they lack is written with what they have. */
const INSTEAD: Readonly<Record<string, string>> = { '−': '–', '≤': '<=', '≥': '>=', Δ: 'diff.' };
const OUTSIDE = /[^\u0000-\u007e\u00a0-\u00ff–—‘’“”•…€™]/g;
const plain = (text: string): string =>
  text.replace(/[−≤≥Δ]/g, (letter) => INSTEAD[letter] ?? letter).replace(OUTSIDE, '?');

const [WIDTH, HEIGHT, MARGIN] = [595.28, 841.89, 42];

function draw(document: PDFKit.PDFDocument, mark: Mark): void {
  switch (mark.kind) {
    case 'line': {
      const [first, ...others] = mark.points;
      if (!first || others.length === 0) return;
      document.moveTo(...first);
      for (const point of others) document.lineTo(...point);
      document.lineWidth(mark.width ?? 1);
      if (mark.dashed) document.dash(4, { space: 3 });
      document.stroke(TONES[mark.tone]).undash();
      return;
    }
    case 'bar':
      document.rect(mark.x, mark.y, mark.width, mark.height).fill(TONES[mark.tone]);
      return;
    case 'dot':
      document
        .circle(mark.x, mark.y, mark.radius)
        .lineWidth(1.4)
        .fillAndStroke(mark.hollow ? '#ffffff' : TONES[mark.tone], TONES[mark.tone]);
      return;
    case 'text': {
      const { x, y, size, anchor = 'start', tone = 'ink', bold = false } = mark;
      const text = plain(mark.text);
      document
        .font(bold ? 'Helvetica-Bold' : 'Helvetica')
        .fontSize(size)
        .fillColor(TONES[tone]);
      const shift = anchor === 'start' ? 0 : document.widthOfString(text) * (anchor === 'end' ? 1 : 0.5);
      document.text(text, x - shift, y - size * 0.36, { lineBreak: false });
    }
  }
}

/** Title, drawing and caption, on a page that has room for them. */
function place(document: PDFKit.PDFDocument, figure: Figure, y: number): number {
  const scale = Math.min(1, (WIDTH - 2 * MARGIN) / figure.width);
  const caption = plain(figure.caption);
  const options = { width: WIDTH - 2 * MARGIN };
  const words = document.font('Helvetica').fontSize(9).heightOfString(caption, options);
  const height = 20 + figure.height * scale + 6 + words + 24;
  const fits = y + height <= HEIGHT - MARGIN;
  if (!fits) document.addPage();
  const top = fits ? y : MARGIN;
  document.font('Helvetica-Bold').fontSize(11).fillColor(TONES.ink);
  document.text(plain(figure.title), MARGIN, top, { ...options, lineBreak: false, ellipsis: true });
  document
    .save()
    .translate(MARGIN, top + 20)
    .scale(scale);
  for (const mark of figure.marks) draw(document, mark);
  document.restore();
  document.font('Helvetica').fontSize(9).fillColor(TONES.muted);
  document.text(caption, MARGIN, top + 20 + figure.height * scale + 6, options);
  return top + height;
}

/** Figures on A4 pages, drawn from the same models as the report's; text stays text. */
export async function pdf(
  figures: readonly Figure[],
  { title, made }: { readonly title: string; readonly made: Date },
): Promise<Uint8Array> {
  const document = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    info: { Title: title, Creator: 'Ablate', CreationDate: made },
  });
  const chunks: Uint8Array[] = [];
  document.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => document.on('end', resolve).on('error', reject));
  document.font('Helvetica-Bold').fontSize(14).fillColor(TONES.ink);
  document.text(plain(title), MARGIN, MARGIN, { width: WIDTH - 2 * MARGIN });
  let y = document.y + 14;
  for (const figure of figures) y = place(document, figure, y);
  document.end();
  await ended;
  return Buffer.concat(chunks);
}
