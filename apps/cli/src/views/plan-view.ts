import type { Plan } from '@ablate/contracts';
import { amount, bytes, duration, plural } from './format.js';
import { table } from './table.js';

/** What a grid would run, cost and share. */
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
    ...plan.notes.map((note) => `Note: ${note}`),
  ].join('\n');
}
