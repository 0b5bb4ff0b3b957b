import type { ExperimentView } from '@ablate/contracts';
import type { Search } from '../../app/search.js';

/** What the list shows, as its address says: text, state, project, tag, order. */
export interface ListView {
  readonly text: string;
  readonly state: string | null;
  readonly project: string | null;
  readonly tag: string | null;
  readonly sort: SortKey;
  readonly descending: boolean;
}

const VALUES = {
  name: ({ name }: ExperimentView) => name.toLowerCase(),
  state: ({ state }: ExperimentView) => state,
  progress: ({ progress }: ExperimentView) => progress,
  eta: ({ etaSeconds }: ExperimentView) => etaSeconds ?? -1,
  runs: ({ runs }: ExperimentView) => runs.total,
  cost: ({ spentSeconds }: ExperimentView) => spentSeconds,
  saved: ({ savedSeconds }: ExperimentView) => savedSeconds,
  tags: ({ tags }: ExperimentView) => tags.join(' '),
  created: ({ createdAt }: ExperimentView) => createdAt,
} as const;

export type SortKey = keyof typeof VALUES;

export function readListView({ q, state, project, tag, sort }: Search): ListView {
  const [key, order] = (sort ?? 'created.desc').split('.');
  const known = key !== undefined && key in VALUES;
  return {
    text: q ?? '',
    state: state ?? null,
    project: project ?? null,
    tag: tag ?? null,
    sort: known ? (key as SortKey) : 'created',
    descending: known ? order === 'desc' : true,
  };
}

/** The other direction on the same column; a new column begins with the direction that is asked for most. */
export const nextSort = ({ sort, descending }: ListView, key: SortKey): string => {
  const first = key !== 'name' && key !== 'state' && key !== 'tags';
  return `${key}.${(key === sort ? !descending : first) ? 'desc' : 'asc'}`;
};

/** Every word of the text is somewhere in the experiment's names. */
export function listed(experiments: readonly ExperimentView[], view: ListView): ExperimentView[] {
  const words = view.text.toLowerCase().split(/\s+/).filter(Boolean);
  const value = VALUES[view.sort];
  const sign = view.descending ? -1 : 1;
  return experiments
    .filter(({ id, name, project, state, tags }) => {
      const names = `${id} ${name} ${project} ${tags.join(' ')}`.toLowerCase();
      return (
        (view.state === null || state === view.state) &&
        (view.project === null || project === view.project) &&
        (view.tag === null || tags.includes(view.tag)) &&
        words.every((word) => names.includes(word))
      );
    })
    .sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      return x < y ? -sign : x > y ? sign : 0;
    });
}
