import type { ExtensionView } from '@ablate/contracts';
import { amount, bytes, duration, plural } from './format.js';
import { table } from './table.js';

const MOST_CELLS = 20;

const list = (values: readonly (string | number)[]): string => values.join(', ');

/** What another grid adds: new, shared, cost. */
export function extensionView(view: ExtensionView): string {
  const { before, added, stages, newStages, axes, seeds, benchmarks, cells } = view;
  const right = { align: 'right' } as const;
  const parts = [
    ...axes.map(({ axis, levels, isNew }) => `${isNew ? 'new axis ' : ''}${axis}: ${list(levels)}`),
    ...(seeds.length === 0 ? [] : [`seeds: ${list(seeds)}`]),
    ...(benchmarks.length === 0 ? [] : [`evaluate: ${list(benchmarks)}`]),
  ];
  return [
    `${view.experiment}: ${plural(before.cells, 'cell')} and ${plural(before.runs, 'run')} stay; ${plural(added.cells, 'cell')} and ${plural(added.runs, 'run')} are added.`,
    ...parts.map((part) => `  + ${part}`),
    ...(view.placed === 0
      ? []
      : [`${plural(view.placed, 'cell')} get the level on the new axis which they ran with.`]),
    ...(view.evaluatedAgain === 0
      ? []
      : [`${plural(view.evaluatedAgain, 'run')} of before get an evaluation.`]),
    '',
    table(
      [
        { title: 'stage' },
        { title: 'added', ...right },
        { title: 'shared', ...right },
        { title: 'to do', ...right },
      ],
      Object.entries(stages).map(([name, count]) => [
        name,
        String(count),
        String(count - (newStages[name] ?? 0)),
        String(newStages[name] ?? 0),
      ]),
    ),
    '',
    `${plural(view.savedTrainings, 'training')} of the added runs do not run again.`,
    `To do: ${amount(view.flops, 'FLOP')}, ${duration(view.seconds.compute)} of computing, about ${duration(view.seconds.wall)} on the slots there are (${view.secondsFrom === 'measured' ? 'from observed throughput' : 'a first guess'}).`,
    ...(view.peakMemoryBytes > 0 ? [`Peak memory of a stage: ${bytes(view.peakMemoryBytes)}.`] : []),
    ...(cells.length === 0 ? [] : ['', 'Added cells:']),
    ...cells.slice(0, MOST_CELLS).map(({ label }) => `  ${label}`),
    ...(cells.length > MOST_CELLS ? [`  and ${cells.length - MOST_CELLS} more`] : []),
    ...view.notes.map((note) => `Note: ${note}`),
  ].join('\n');
}
