import type { OverviewView } from '@ablate/contracts';
import { plural } from '../../format/numbers.js';

type Counted = Pick<OverviewView, 'stages' | 'runs'>;

/** What cancelling an experiment does, said before. */
export function cancelMeans({ stages, runs }: Counted): string[] {
  const waiting = stages.total - stages.done - stages.running - stages.failed;
  return [
    ...(stages.running > 0
      ? [`${plural(stages.running, 'running stage')}: asked to stop; each writes a checkpoint first.`]
      : []),
    ...(waiting > 0 ? [`${plural(waiting, 'waiting stage')}: will not start.`] : []),
    'Stages that another running experiment wants go on.',
    `${plural(stages.done, 'finished stage')} and the results of ${plural(runs.done, 'run')} stay. Retry goes on from there.`,
  ];
}

/** What pausing does, said before. */
export function pauseMeans({ stages }: Counted): string[] {
  const waiting = stages.total - stages.done - stages.running - stages.failed;
  return [
    ...(stages.running > 0 ? [`${plural(stages.running, 'running stage')}: will finish.`] : []),
    ...(waiting > 0 ? [`${plural(waiting, 'waiting stage')}: will not start until you resume.`] : []),
    'Stages that another experiment needs, and that is not paused, still run.',
    'Nothing is lost, and it stays paused when the server restarts.',
  ];
}

/** What resuming does, said before. */
export function resumeMeans({ stages }: Counted): string[] {
  const waiting = stages.total - stages.done - stages.running - stages.failed;
  return [
    `${plural(waiting, 'waiting stage')}: offered to workers again, by priority.`,
    `${plural(stages.done, 'finished stage')}: nothing is trained twice.`,
  ];
}

/** What retrying does, said before. */
export const retryMeans = ({ stages }: Counted): string[] => [
  ...(stages.failed > 0
    ? [
        `${plural(stages.failed, 'failed or blocked stage')}: offered to workers again, with all attempts anew.`,
      ]
    : []),
  'Cancelled stages: wait again, and go on from their last checkpoint where there is one.',
  `${plural(stages.done, 'finished stage')}: nothing is trained twice.`,
];
