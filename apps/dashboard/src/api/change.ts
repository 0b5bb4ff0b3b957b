/** What the server said has changed: ids of experiments, and whether workers or the queue did. */
export interface Change {
  readonly experiments: readonly string[];
  readonly workers: boolean;
  readonly queue: boolean;
}

type Key = readonly unknown[];

/**
 * Which cached answers a change makes old. Keys begin with what they are about: `experiments`, `experiment`, `run`, `workers`, `queue`;
 * those of an experiment and of its runs hold its id next.
 */
export function isStale(key: Key, change: Change): boolean {
  const [topic, id] = key;
  switch (topic) {
    case 'experiments':
    case 'projects':
      return change.experiments.length > 0;
    case 'experiment':
    case 'run':
      return change.experiments.includes(id as string);
    case 'workers':
      return change.workers;
    case 'queue':
      return change.queue || change.workers || change.experiments.length > 0;
    default:
      return false;
  }
}

/** The experiment that a run's id names. */
export const experimentOf = (run: string): string => run.replace(/-\d+$/, '');

const FIRST_MS = 500;
const MOST_MS = 15_000;

/** How long to wait before the next try; longer each time, so that a server that is away is not hammered. */
export const retryDelay = (failures: number): number => Math.min(MOST_MS, FIRST_MS * 2 ** failures);
