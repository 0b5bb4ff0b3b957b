import type { ExperimentView } from '@ablate/contracts';
import { Anchor, Progress, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { useNow } from '../../app/now.js';
import { duration, MISSING, percent, plural } from '../../format/numbers.js';
import { ago, moment } from '../../format/times.js';
import { SortHeader } from '../../parts/sort-header.js';
import { TagLinks } from '../../parts/tag-links.js';
import { StateBadge } from '../../parts/state-badge.js';
import { nextSort, type ListView, type SortKey } from './list-view.js';

const COLUMNS: readonly { key: SortKey; title: string; hint?: string; numeric?: boolean }[] = [
  { key: 'name', title: 'Experiment' },
  { key: 'state', title: 'State' },
  { key: 'progress', title: 'Progress', hint: 'Share of the estimated work that is done' },
  { key: 'eta', title: 'ETA', numeric: true },
  { key: 'runs', title: 'Runs', numeric: true },
  { key: 'cost', title: 'Cost', hint: 'Computing so far', numeric: true },
  { key: 'saved', title: 'Saved', hint: 'Computing that sharing stages saves', numeric: true },
  { key: 'tags', title: 'Tags' },
  { key: 'created', title: 'Submitted', numeric: true },
];
const ROW = 58;

interface Props {
  readonly rows: readonly ExperimentView[];
  readonly view: ListView;
  readonly onSort: (sort: string) => void;
}

/** The list; only what is on screen is drawn. */
export function ExperimentTable({ rows, view, onSort }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
    initialRect: { width: 1000, height: 800 },
  });
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div
      ref={scroller}
      className="panel scroll"
      style={{ maxHeight: 'calc(100dvh - 230px)', minHeight: 240, padding: 0 }}
      tabIndex={0}
      role="region"
      aria-label="Experiments"
    >
      <table className="table" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {COLUMNS.map(({ key, title, hint, numeric }) => (
              <SortHeader
                key={key}
                title={title}
                {...(hint === undefined ? {} : { hint })}
                numeric={numeric === true}
                order={view.sort === key ? (view.descending ? 'descending' : 'ascending') : null}
                onSort={() => onSort(nextSort(view, key))}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <tr aria-hidden="true" style={{ height: before }} />}
          {items.map(({ index }) => (
            <Row key={rows[index]!.id} experiment={rows[index]!} />
          ))}
          {after > 0 && <tr aria-hidden="true" style={{ height: after }} />}
        </tbody>
      </table>
    </div>
  );
}

function Row({ experiment }: { readonly experiment: ExperimentView }) {
  const now = useNow();
  const { id, name, project, state, progress, etaSeconds, runs, stages } = experiment;
  return (
    <tr style={{ height: ROW }}>
      <th scope="row">
        <Anchor component={Link} to="/experiments/$id" params={{ id } as never} fw={600} underline="hover">
          {name}
        </Anchor>
        <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          {project} · {id}
        </Text>
      </th>
      <td>
        <StateBadge state={state} />
        {stages.failed > 0 && (
          <Text size="xs" className="bad" style={{ whiteSpace: 'nowrap' }}>
            {plural(stages.failed, 'stage')} failed
          </Text>
        )}
      </td>
      <td style={{ minWidth: 130 }}>
        <Progress value={progress * 100} aria-label={`${name}: ${percent(progress)} done`} />
        <Text size="xs" c="dimmed">
          {percent(progress)} · {stages.done}/{stages.total} stages
        </Text>
      </td>
      <td className="numbers">{etaSeconds === null ? MISSING : duration(etaSeconds)}</td>
      <td className="numbers">
        {runs.done}/{runs.total}
      </td>
      <td className="numbers">{duration(experiment.spentSeconds)}</td>
      <td className="numbers">{duration(experiment.savedSeconds)}</td>
      <td style={{ maxWidth: 180 }}>
        <TagLinks tags={experiment.tags} />
      </td>
      <td className="numbers" title={moment(experiment.createdAt)}>
        {ago(experiment.createdAt, now)}
      </td>
    </tr>
  );
}
