import type { Command } from 'commander';
import type { Comparison, OverviewView, PivotView } from '@ablate/contracts';
import { allFigures, pdf, reportFigures, reportHtml, type ReportInput } from '@ablate/report';
import { answer, type Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { writeWhole } from '../write-file.js';
import { jointOption } from './options.js';

type Run = (action: (context: Context) => Promise<ExitCode>) => Promise<void>;
type Examples = (...lines: string[]) => string;

export interface ReportOptions {
  readonly out?: string;
  readonly pdf?: string;
  readonly rows?: string;
  readonly columns?: string;
  readonly joint?: readonly string[];
}

type Effects = ReportInput['effects'];

/** The axes of the pivots: those asked for, else the two that vary and change the first metric most. */
function pivotAxes(
  { axes }: OverviewView,
  effects: Effects,
  { rows, columns }: ReportOptions,
): readonly [string, string] | null {
  const size = (name: string): number =>
    Math.max(
      0,
      ...(effects[0]?.main.differences ?? []).map(({ axis, estimate }) =>
        axis === name ? Math.abs(estimate ?? 0) : 0,
      ),
    );
  const varying = axes
    .filter(({ levels }) => levels.length > 1)
    .map(({ name }) => name)
    .sort((a, b) => size(b) - size(a));
  const row = rows ?? varying.find((name) => name !== columns);
  const column = columns ?? varying.find((name) => name !== row);
  return row === undefined || column === undefined ? null : [row, column];
}

/** Metrics that some run has a score of. */
const measured = ({ benchmarks, cells }: Comparison): string[] =>
  benchmarks
    .map(({ metric }) => metric)
    .filter((metric) => cells.some(({ scores }) => scores.some((score) => score.metric === metric)));

const commandOf = (id: string, { out, pdf: figures, rows, columns, joint }: ReportOptions): string =>
  Object.entries({ '--out': out, '--pdf': figures, '--rows': rows, '--columns': columns })
    .flatMap(([name, value]) => (value === undefined ? [] : [name, value]))
    .concat((joint ?? []).flatMap((axes) => ['--joint', axes]))
    .reduce(
      (line, word) => `${line} ${/^[\w./,:+-]+$/.test(word) ? word : `'${word}'`}`,
      `ablate report ${id}`,
    );

async function collectInput(context: Context, id: string, options: ReportOptions): Promise<ReportInput> {
  const { client } = context;
  const params = { id };
  const joint = options.joint === undefined ? {} : { joint: options.joint.join(';') };
  const experiment = await client.experiment({ params });
  const overview = await client.overview({ params });
  const comparison = await client.compare({ params });
  const effects: Effects[number][] = [];
  for (const metric of measured(comparison))
    effects.push({
      main: await client.effects({ params, query: { metric, model: 'main', ...joint } }),
      twoWay: await client.effects({ params, query: { metric, model: 'two_way', ...joint } }),
    });
  const pair = pivotAxes(overview, effects, options);
  const pivots: PivotView[] = [];
  for (const { main } of pair === null ? [] : effects)
    pivots.push(
      await client.pivot({ params, query: { rows: pair![0], columns: pair![1], metric: main.metric } }),
    );
  const provenance = await client.provenance({ params });
  return { experiment, comparison, effects, pivots, provenance, command: commandOf(experiment.id, options) };
}

/** Writes the report, and its figures as PDF where asked; says where they are. */
export async function report(context: Context, id: string, options: ReportOptions): Promise<ExitCode> {
  const input = await collectInput(context, id, options);
  const figures = reportFigures(input);
  const { name, createdAt, finishedAt } = input.experiment;
  const html = options.out ?? `${input.experiment.id}-report.html`;
  await writeWhole(html, reportHtml(input, figures));
  if (options.pdf !== undefined) {
    const made = new Date(finishedAt ?? createdAt);
    await writeWhole(options.pdf, await pdf(allFigures(figures), { title: name, made }));
  }
  const found = {
    experiment: input.experiment.id,
    html,
    pdf: options.pdf ?? null,
    figures: allFigures(figures).length,
  };
  answer(context, found, () =>
    [`Report: ${html}`, ...(options.pdf === undefined ? [] : [`Figures: ${options.pdf}`])].join('\n'),
  );
  return EXIT.done;
}

export function addReport(program: Command, run: Run, examples: Examples): void {
  program
    .command('report <experiment>')
    .description('one HTML file for a paper’s appendix: tables, figures, what makes it reproducible')
    .option('--out <file>', 'where to write it (default: EXPERIMENT-report.html here)')
    .option('--pdf <file>', 'the figures as PDF, too')
    .option('--rows <axis>', 'of the pivots (the axis that changes most unless given)')
    .option('--columns <axis>', 'of the pivots')
    .addOption(jointOption())
    .addHelpText(
      'after',
      examples(
        'report what-matters-1a2b3c',
        'report what-matters-1a2b3c --out appendix.html --pdf figures.pdf',
        'report tinyllava --joint data,strategy',
      ),
    )
    .action((id: string, options: ReportOptions) => run((context) => report(context, id, options)));
}
