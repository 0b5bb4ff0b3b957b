import { Group, Switch, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { logsQuery } from '../../api/queries.js';
import { useView } from '../../app/search.js';
import { plural } from '../../format/numbers.js';
import { LoadingRows } from '../../parts/loading.js';
import { QueryView } from '../../parts/query-view.js';
import type { RunProps } from './run-page.js';

const LINE = 20;

/** The log of all stages: live, searched, only what is on screen drawn. */
export function LogsTab({ run }: RunProps) {
  const active = run.state === 'running' || run.state === 'waiting';
  const query = useQuery(logsQuery(run.id, active));
  const [{ q = '' }, patch] = useView();
  const [follow, setFollow] = useState(active);
  const text = useDeferredValue(q).toLowerCase();
  return (
    <section className="panel" aria-label="Log">
      <Group gap="md" align="end" mb="xs">
        <TextInput
          size="xs"
          label="Search"
          placeholder="Text or stage"
          value={q}
          onChange={({ currentTarget }) => patch({ q: currentTarget.value })}
        />
        <Switch
          label="Stay at the end"
          checked={follow}
          onChange={({ currentTarget }) => setFollow(currentTarget.checked)}
          pb={4}
        />
      </Group>
      <QueryView query={query} loading={<LoadingRows rows={12} height={16} />}>
        {(lines) => {
          const shown =
            text === ''
              ? lines
              : lines.filter((line) => `${line.stage} ${line.text}`.toLowerCase().includes(text));
          return (
            <>
              <Text size="sm" c="dimmed" role="status">
                {plural(shown.length, 'line')}
                {shown.length < lines.length && ` of ${lines.length.toLocaleString('en')}`}
                {lines.length === 10_000 && '; older ones: npx ablate logs'}
              </Text>
              <Lines lines={shown} follow={follow} />
            </>
          );
        }}
      </QueryView>
    </section>
  );
}

interface LinesProps {
  readonly lines: readonly {
    readonly attempt: string;
    readonly stage: string;
    readonly sequence: number;
    readonly text: string;
  }[];
  readonly follow: boolean;
}

function Lines({ lines, follow }: LinesProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    overscan: 30,
    initialRect: { width: 1000, height: 520 },
  });
  const count = lines.length;
  useEffect(() => {
    if (follow && count > 0) virtual.scrollToIndex(count - 1, { align: 'end' });
  }, [follow, count, virtual]);
  const widest = useMemo(() => Math.max(0, ...lines.map(({ stage }) => stage.length)), [lines]);
  return (
    <div
      ref={scroller}
      className="mono scroll"
      tabIndex={0}
      role="region"
      aria-label="Log lines"
      style={{ height: 520, border: '1px solid var(--ab-line)', borderRadius: 6, marginTop: 6 }}
    >
      <div style={{ height: virtual.getTotalSize(), position: 'relative', minWidth: 'max-content' }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const { attempt, sequence, stage, text } = lines[index]!;
          return (
            <div
              key={`${attempt} ${sequence}`}
              style={{
                position: 'absolute',
                top: start,
                left: 8,
                height: LINE,
                lineHeight: `${LINE}px`,
                whiteSpace: 'pre',
              }}
            >
              <span style={{ color: 'var(--mantine-color-dimmed)' }}>{stage.padEnd(widest)} </span>
              {text}
            </div>
          );
        })}
      </div>
    </div>
  );
}
