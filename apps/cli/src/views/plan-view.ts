import type { Plan } from '@ablate/contracts';
import { amount, bytes, duration, plural, significant } from './format.js';
import { table } from './table.js';

/** What the design will be able to tell, in a few sentences. */
function statisticsLines(statistics: Plan['statistics']): readonly string[] {
  if (statistics === null) return [];
  const { metric, axes, aliases, noise, cheaper, notes } = statistics;
  const named = (status: (typeof axes)[number]['status']): string =>
    axes
      .filter((axis) => axis.status === status)
      .map(({ axis }) => axis)
      .join(', ');
  const sizes = axes.flatMap(({ axis, detectable }) =>
    detectable === null ? [] : [`${axis} ${significant(detectable)}`],
  );
  return [
    ...(named('estimable') === '' ? [] : [`It can tell what each of these does: ${named('estimable')}.`]),
    ...(named('partly') === '' ? [] : [`It can tell only in part: ${named('partly')}.`]),
    ...aliases.map((alias) => `Confounded: ${alias}`),
    ...(sizes.length === 0 || noise === null
      ? []
      : [
          `Smallest differences in ${metric} it finds with 80 % power: ${sizes.join(', ')} (noise between seeds: sd ${significant(noise.sd)}, from ${noise.experiment}).`,
        ]),
    ...(cheaper === null
      ? []
      : [
          `Cheaper: ${plural(cheaper.cells.length, 'cell')} (${plural(cheaper.runs, 'run')}) find ${significant(cheaper.detectable)} on every axis:`,
          ...cheaper.cells.map((cell) => `  ${Object.values(cell).join(' · ')}`),
        ]),
    ...notes.map((note) => `Note: ${note}`),
  ];
}

/** What a grid would run, cost, share and be able to tell. */
export function planView(plan: Plan): string {
  const { counts, saved } = plan;
  const kinds = Object.keys(counts.stages);
  const uses = kinds
    .filter((kind) => kind !== 'evaluate')
    .reduce((sum, kind) => sum + (counts.stageUses[kind] ?? 0), 0);
  const rows = kinds.map((kind) => [
    kind,
    String(counts.stageUses[kind] ?? 0),
    String(counts.stages[kind] ?? 0),
    String(counts.newStages[kind] ?? 0),
  ]);
  const right = { align: 'right' } as const;
  return [
    `${plan.project} / ${plan.name}: ${plural(counts.cells, 'cell')}, ${plural(counts.runs, 'run')}`,
    '',
    table(
      [
        { title: 'stage' },
        { title: 'needed', ...right },
        { title: 'distinct', ...right },
        { title: 'to do', ...right },
      ],
      rows,
    ),
    '',
    `Sharing saves ${saved.trainings} of ${plural(uses, 'stage training')} (${duration(saved.seconds)} of computing).`,
    `To do: ${amount(plan.flops, 'FLOP')}, ${duration(plan.seconds.compute)} of computing, about ${duration(plan.seconds.wall)} on the slots there are (${plan.secondsFrom === 'measured' ? 'from observed throughput' : 'a first guess; it is corrected by what is observed'}).`,
    `Peak memory of a stage: ${bytes(plan.peakMemoryBytes)}. Numerics: ${plan.numericsClass}.`,
    ...statisticsLines(plan.statistics),
    ...plan.notes.map((note) => `Note: ${note}`),
  ].join('\n');
}
