import { escape } from '../drawing/escape.js';
import type { ReportFigures } from '../figures/report-figures.js';
import { bestSentence, headlineOf } from '../headline.js';
import type { ReportInput } from '../report-input.js';
import { effectsTable } from '../tables/effects-table.js';
import { paperTable } from '../tables/paper-table.js';
import { pivotTable } from '../tables/pivot-table.js';
import { limitsSections, noiseSentence } from './limits.js';
import { figureOf, list, paragraph, section, tableOf } from './parts.js';
import { reproduceSection } from './reproduce.js';
import { STYLE } from './style.js';

function headlines({ comparison, effects }: ReportInput): string {
  const [first, ...others] = effects.map(({ main }) => headlineOf(main));
  const best = bestSentence(comparison);
  return [
    ...(first
      ? [paragraph(first.says, 'lead'), paragraph(first.sure)]
      : [paragraph('Nothing is measured yet.', 'lead')]),
    ...others.map(({ says, sure }) => paragraph(`${says} ${sure}`)),
    ...(best === null ? [] : [paragraph(best)]),
  ].join('\n');
}

/** A report as one file: tables, inline figures, what makes it reproducible. It asks for nothing from anywhere. */
export function reportHtml(input: ReportInput, figures: ReportFigures): string {
  const { experiment, comparison, effects, pivots } = input;
  const main = effects.map((one) => one.main);
  const { id, project, name, state, runs } = experiment;
  const title = `${name}: which choice matters`;
  const all = (of: (metric: ReportFigures['metrics'][number]) => string): string =>
    figures.metrics.map(of).join('\n');
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escape(title)}</title><style>${STYLE}</style></head><body>`,
    `<header><h1>${escape(title)}</h1>`,
    paragraph(
      `Experiment ${id}, project ${project}: ${state}, ${runs.done} of ${runs.total} runs done.`,
      'quiet',
    ),
    '</header><main>',
    headlines(input),
    section('Cells by benchmark', comparison.cells.length === 0 ? '' : tableOf(paperTable(comparison))),
    section('By two axes', ...pivots.map((pivot) => tableOf(pivotTable(pivot)))),
    section(
      'Effects',
      ...main.flatMap((view, i) => [
        figureOf(figures.metrics[i]?.effects ?? null),
        view.differences.length === 0 ? '' : tableOf(effectsTable(view)),
        view.because === null ? '' : paragraph(view.because, 'quiet'),
        list(view.differences.map(({ axis, sentence }) => `${axis}: ${sentence}`)),
      ]),
    ),
    section(
      'Which axis explains how much',
      all(({ contributions }) => figureOf(contributions)),
    ),
    section(
      'Interactions',
      all(({ interactions }) => interactions.map(figureOf).join('\n')),
    ),
    section(
      'Paired differences',
      all(({ paired }) => figureOf(paired)),
    ),
    section('Score against cost', figures.fronts.map(figureOf).join('\n')),
    section(
      'Noise and power',
      list(main.map(noiseSentence)),
      all(({ power }) => figureOf(power)),
    ),
    limitsSections(main),
    reproduceSection(input),
    '</main></body></html>',
    '',
  ].join('\n');
}
