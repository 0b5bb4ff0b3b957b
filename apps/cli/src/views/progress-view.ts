import type { ExperimentDetail, ExperimentView, StageView } from '@ablate/contracts';
import { bar, duration, plural } from './format.js';
import { table } from './table.js';

const kindOf = ({ stage }: StageView): string => (stage.startsWith('evaluate:') ? 'evaluate' : stage);

/** How far a stage is: 0 to 1. */
const shareOf = ({ state, step, totalSteps }: StageView): number =>
  state === 'done' ? 1 : state === 'running' && step !== null && totalSteps ? step / totalSteps : 0;

const eta = ({ etaSeconds, state }: ExperimentView): string =>
  state !== 'running' ? '' : etaSeconds === null ? 'ETA unknown' : `ETA ${duration(etaSeconds)}`;

/** A bar per stage with the state of the whole grid above. */
export function progressLines(detail: ExperimentDetail): readonly string[] {
  const groups = new Map<string, StageView[]>();
  for (const stage of detail.stageList)
    groups.set(kindOf(stage), [...(groups.get(kindOf(stage)) ?? []), stage]);
  const width = Math.max(0, ...[...groups.keys()].map((kind) => kind.length));
  const lines = [...groups].map(([kind, stages]) => {
    const count = (state: StageView['state']): number =>
      stages.filter((stage) => stage.state === state).length;
    const share = stages.reduce((sum, stage) => sum + shareOf(stage), 0) / stages.length;
    const extra = (['running', 'failed', 'blocked', 'cancelled'] as const)
      .filter((state) => count(state) > 0)
      .map((state) => `${count(state)} ${state}`);
    return `${kind.padEnd(width)}  ${bar(share)}  ${`${count('done')}/${stages.length}`.padStart(7)}  ${extra.join(', ')}`.trimEnd();
  });
  return [
    `${detail.id}  ${detail.state}  ${Math.floor(detail.progress * 100)} %  ${eta(detail)}`.trimEnd(),
    ...lines,
  ];
}

/** The same in one line. */
export const progressSummary = (detail: ExperimentDetail): string =>
  `${detail.id}: ${detail.state}, ${detail.stages.done} of ${plural(detail.stages.total, 'stage')} done${detail.stages.failed > 0 ? `, ${detail.stages.failed} failed or blocked` : ''}${eta(detail) ? `, ${eta(detail)}` : ''}`;

/** What failed and what to do about it, each error once. */
export function failureLines({ stageList, id }: ExperimentDetail): readonly string[] {
  const failed = stageList.filter(({ state }) => state === 'failed');
  const lines = failed.map(({ stage, key, error }) =>
    [`${stage} ${key.slice(0, 12)} failed: ${error?.message ?? 'no reason was given'}`, error?.fix ?? '']
      .join(' ')
      .trimEnd(),
  );
  return lines.length === 0 ? [] : [...new Set(lines), `Try again with: ablate retry ${id}`];
}

/** One experiment in full. */
export function experimentView(detail: ExperimentDetail): string {
  return [
    `${detail.project} / ${detail.name}, submitted ${detail.createdAt}`,
    ...(detail.tags.length === 0 ? [] : [`Tags: ${detail.tags.join(', ')}`]),
    ...progressLines(detail),
    `${plural(detail.cells, 'cell')}; runs: ${detail.runs.done} of ${detail.runs.total} done${detail.runs.failed > 0 ? `, ${detail.runs.failed} failed` : ''}; ${plural(detail.stages.reused, 'stage')} reused from earlier work; ${plural(detail.savedTrainings, 'training')} saved by sharing.`,
    ...(detail.state === 'paused'
      ? [`Paused: what runs finishes, nothing else starts. Go on with: ablate resume ${detail.id}`]
      : []),
    ...failureLines(detail),
  ].join('\n');
}

/** Experiments, a line each. */
export function experimentsView(experiments: readonly ExperimentView[]): string {
  if (experiments.length === 0) return 'No experiments yet. Submit one: ablate submit examples/demo.yaml';
  const right = { align: 'right' } as const;
  return table(
    [
      { title: 'experiment' },
      { title: 'project' },
      { title: 'state' },
      { title: 'runs', ...right },
      { title: 'stages', ...right },
      { title: 'failed', ...right },
      { title: 'ETA', ...right },
      { title: 'tags' },
    ],
    experiments.map((one) => [
      one.id,
      one.project,
      one.state,
      `${one.runs.done}/${one.runs.total}`,
      `${one.stages.done}/${one.stages.total}`,
      String(one.stages.failed),
      one.etaSeconds === null ? '' : duration(one.etaSeconds),
      one.tags.join(', '),
    ]),
  );
}
