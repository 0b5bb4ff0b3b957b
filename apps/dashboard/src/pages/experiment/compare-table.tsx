import { Text } from '@mantine/core';
import type { CellScore, Comparison } from '@ablate/contracts';
import {
  createColumnHelper,
  getCoreRowModel,
  getSortedRowModel,
  useReactTable,
  type SortingState,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { useView } from '../../app/search.js';
import { amount, duration, MISSING, signed, value } from '../../format/numbers.js';
import { SortHeader } from '../../parts/sort-header.js';
import { placeMark, scoreOf, type CellRow } from './compare-rows.js';
import type { TabProps } from './experiment-page.js';

interface Props extends TabProps {
  readonly comparison: Comparison;
  readonly rows: readonly CellRow[];
  readonly differences: boolean;
}

const column = createColumnHelper<CellRow>();
const ROW = 47;

/** Sorting, as the address says: `metric.desc`. */
const readSort = (text: string | undefined): SortingState => {
  const [, id, order] = /^(.+)\.(asc|desc)$/.exec(text ?? '') ?? [];
  return id === undefined ? [] : [{ id, desc: order === 'desc' }];
};

export function CompareTable({ comparison: { benchmarks }, rows, differences, overview }: Props) {
  const [{ order }, patch] = useView();
  const columns = useMemo(
    () => [
      column.accessor('label', { header: 'Cell' }),
      ...benchmarks.map(({ metric }) =>
        column.accessor((cell) => scoreOf(cell, metric)?.mean, {
          id: metric,
          header: metric,
          sortUndefined: 'last',
        }),
      ),
      column.accessor(({ cost }) => cost.flops, { id: 'cost', header: 'Training' }),
    ],
    [benchmarks],
  );
  const pinned = rows.find(({ baseline }) => baseline);
  // The table renders again whenever its data or its sorting is another object: both are kept.
  const data = useMemo(() => rows.filter(({ baseline }) => !baseline), [rows]);
  const sorting = useMemo(() => readSort(order), [order]);
  const table = useReactTable({
    data,
    columns,
    state: { sorting },
    autoResetPageIndex: false,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
  });
  const sorted = table.getRowModel().rows;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
    initialRect: { width: 1000, height: 600 },
  });
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const sortOf = (id: string) => sorting.find((one) => one.id === id);
  const draw = (cell: CellRow) => (
    <Row key={cell.id} cell={cell} benchmarks={benchmarks} differences={differences} />
  );
  return (
    <div
      ref={scroller}
      className="scroll"
      style={{ maxHeight: 560 }}
      tabIndex={0}
      role="region"
      aria-label={`Cells of ${overview.name}`}
    >
      <table className="table" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {table.getFlatHeaders().map(({ id, column: { columnDef } }) => {
              const sort = sortOf(id);
              return (
                <SortHeader
                  key={id}
                  title={String(columnDef.header)}
                  numeric={id !== 'label'}
                  order={sort ? (sort.desc ? 'descending' : 'ascending') : null}
                  onSort={() =>
                    patch({
                      order: `${id}.${sort ? (sort.desc ? 'asc' : 'desc') : id === 'label' ? 'asc' : 'desc'}`,
                    })
                  }
                />
              );
            })}
          </tr>
        </thead>
        <tbody>
          {pinned && draw(pinned)}
          {before > 0 && <tr aria-hidden="true" style={{ height: before }} />}
          {items.map(({ index }) => draw(sorted[index]!.original))}
          {after > 0 && <tr aria-hidden="true" style={{ height: after }} />}
        </tbody>
      </table>
      {rows.length === 0 && <Text p="md">No cell fits this filter.</Text>}
    </div>
  );
}

interface RowProps {
  readonly cell: CellRow;
  readonly benchmarks: Comparison['benchmarks'];
  readonly differences: boolean;
}

const Row = ({ cell, benchmarks, differences }: RowProps) => (
  <tr data-pinned={cell.baseline || undefined} style={{ height: ROW }}>
    <th scope="row" style={{ fontWeight: 500 }}>
      {cell.label}
      {cell.baseline && (
        <Text span size="xs" c="dimmed">
          {' '}
          baseline
        </Text>
      )}
    </th>
    {benchmarks.map(({ metric }) => (
      <td key={metric} className="numbers">
        <Score score={scoreOf(cell, metric)} difference={differences && !cell.baseline} />
      </td>
    ))}
    <td className="numbers">
      {amount(cell.cost.flops, 'FLOP')}
      <Text size="xs" c="dimmed">
        {cell.cost.seconds === null ? MISSING : duration(cell.cost.seconds)}
      </Text>
    </td>
  </tr>
);

function Score({
  score,
  difference,
}: {
  readonly score: CellScore | undefined;
  readonly difference: boolean;
}) {
  if (!score) return <span title="Not measured yet">{MISSING}</span>;
  const mark = placeMark(score);
  const half = score.low !== null && score.high !== null ? ` ± ${value((score.high - score.low) / 2)}` : '';
  return (
    <>
      <span
        style={{
          fontWeight: mark === 'best' ? 700 : 400,
          textDecoration: mark === 'second' ? 'underline' : 'none',
        }}
      >
        {difference && score.difference ? signed(score.difference.mean) : value(score.mean)}
        {mark !== null && (
          <span className="visually-hidden"> ({mark === 'best' ? 'best' : 'second best'})</span>
        )}
      </span>
      {!difference && half}
      <Text size="xs" c="dimmed">
        {difference && score.difference
          ? score.difference.low === null
            ? `${score.difference.pairs} pairs`
            : `[${signed(score.difference.low)}, ${signed(score.difference.high)}]`
          : `n ${score.n} · blind ${value(score.blind)}`}
      </Text>
    </>
  );
}
