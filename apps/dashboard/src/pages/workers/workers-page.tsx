import { Anchor, Code, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { QueueView, WorkerView } from '@ablate/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { queueQuery, workersQuery } from '../../api/queries.js';
import { useNow } from '../../app/now.js';
import { useTitle } from '../../app/title.js';
import { duration, plural, short } from '../../format/numbers.js';
import { ago } from '../../format/times.js';
import { EmptyState } from '../../parts/empty-state.js';
import { QueryView } from '../../parts/query-view.js';
import { StateBadge } from '../../parts/state-badge.js';

/** Who runs what, and for everything that waits one sentence why. */
export function WorkersPage() {
  useTitle('Workers and queue');
  const workers = useQuery(workersQuery());
  const queue = useQuery(queueQuery());
  return (
    <Stack>
      <Title order={1} size="h3">
        Workers and queue
      </Title>
      <QueryView query={workers}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState title="No worker is here">
              Nothing runs until one is. On this machine: <Code>npx ablate worker</Code>; on another, set{' '}
              <Code>DATABASE_URL</Code> and <Code>ARTIFACTS_URL</Code> first.
            </EmptyState>
          ) : (
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
              {list.map((worker) => (
                <WorkerPanel key={worker.id} worker={worker} />
              ))}
            </SimpleGrid>
          )
        }
      </QueryView>
      <QueryView query={queue}>{(view) => <Queue queue={view} />}</QueryView>
    </Stack>
  );
}

function WorkerPanel({ worker }: { readonly worker: WorkerView }) {
  const now = useNow();
  const { name, pool, device, slots, busy, state, seenAt, numericsClass, running } = worker;
  return (
    <section className="panel" aria-label={`Worker ${name}`}>
      <Title order={2} size="h5">
        {name}{' '}
        <Text span size="sm" c="dimmed" fw={400}>
          {state} · seen {ago(seenAt, now)}
        </Text>
      </Title>
      <Text size="sm" c="dimmed">
        Pool {pool} · {device} · {numericsClass} · {busy} of {plural(slots, 'slot')} busy
      </Text>
      {running.length === 0 && <Text size="sm">Idle: nothing that is ready fits its pool.</Text>}
      {running.map(({ stage, name: kind, step, totalSteps, since }) => (
        <div key={stage} style={{ marginTop: 8 }}>
          <Text size="sm">
            {kind} <span className="mono">{short(stage)}</span>
            {since !== null && `, since ${ago(since, now)}`}
            {step !== null && totalSteps !== null && `, step ${step} of ${totalSteps}`}
          </Text>
          <Progress
            value={step !== null && totalSteps ? (100 * step) / totalSteps : 0}
            aria-label={`${kind}: step ${step ?? 0} of ${totalSteps ?? 'unknown'}`}
          />
        </div>
      ))}
    </section>
  );
}

function Queue({ queue: { total, rows } }: { readonly queue: QueueView }) {
  const now = useNow();
  if (total === 0)
    return (
      <EmptyState title="Nothing waits">
        Every stage that was asked for runs or has ended. <Link to="/new">Submit a grid</Link> to fill the
        queue.
      </EmptyState>
    );
  return (
    <section className="panel" aria-labelledby="queue">
      <Title order={2} size="h5" id="queue">
        {plural(total, 'stage')} {total === 1 ? 'waits' : 'wait'}
        {rows.length < total && `; the first ${rows.length}, in the scheduler's order`}
      </Title>
      <div className="scroll" style={{ maxHeight: 640 }} tabIndex={0} role="region" aria-label="What waits">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Stage</th>
              <th scope="col">State</th>
              <th scope="col">Why it waits</th>
              <th scope="col">Experiment</th>
              <th scope="col" className="numbers">
                Priority
              </th>
              <th scope="col" className="numbers">
                Estimate
              </th>
              <th scope="col" className="numbers">
                Asked for
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, stage, state, because, experiment, priority, estimatedSeconds, since }) => (
              <tr key={key}>
                <th scope="row" style={{ fontWeight: 500, whiteSpace: 'nowrap' }}>
                  {stage} <span className="mono">{short(key)}</span>
                </th>
                <td>
                  <StateBadge state={state} />
                </td>
                <td style={{ minWidth: 240 }}>{because}</td>
                <td>
                  <Anchor
                    component={Link}
                    to="/experiments/$id"
                    params={{ id: experiment } as never}
                    size="sm"
                    underline="hover"
                  >
                    {experiment}
                  </Anchor>
                </td>
                <td className="numbers">{priority}</td>
                <td className="numbers">{duration(estimatedSeconds)}</td>
                <td className="numbers">{ago(since, now)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
