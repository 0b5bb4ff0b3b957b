import { Anchor, Group, Progress, Stack, Text, Title } from '@mantine/core';
import type { RunDetail } from '@ablate/contracts';
import { Link } from '@tanstack/react-router';
import { useNow } from '../../app/now.js';
import { amount, bytes, duration, plural, short } from '../../format/numbers.js';
import { stateLook } from '../../format/states.js';
import { ago, moment } from '../../format/times.js';
import { StateBadge } from '../../parts/state-badge.js';
import type { RunProps } from './run-page.js';
import { timelineOf, type Bar } from './timeline.js';

type Stage = RunDetail['stageList'][number];

/** The stages on one clock: what was shared and from whom, attempts and why they ended. */
export function StagesTab({ run }: RunProps) {
  const now = useNow();
  const { seconds, bars } = timelineOf(run.stageList, now);
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {seconds === 0
          ? 'No stage has begun.'
          : `${duration(seconds)} from the first start to the last end; bars are attempts on this clock.`}
      </Text>
      {run.stageList.map((stage) => (
        <StagePanel key={stage.key} stage={stage} bars={bars.get(stage.key) ?? []} run={run} now={now} />
      ))}
    </Stack>
  );
}

function sharing({ reused, firstExperiment, sharedWith, runs }: Stage, run: RunDetail): string {
  const others = runs - 1;
  const from =
    reused && firstExperiment !== null && firstExperiment !== run.experiment
      ? `Reused: experiment ${firstExperiment} asked for it first.`
      : '';
  const users =
    sharedWith.length > 0 ? `Shared with ${plural(others, 'other run')}.` : 'Used by this run alone.';
  return `${from} ${users}`.trim();
}

interface PanelProps {
  readonly stage: Stage;
  readonly bars: readonly Bar[];
  readonly run: RunDetail;
  readonly now: number;
}

function StagePanel({ stage, bars, run, now }: PanelProps) {
  const { key, state, step, totalSteps, sharedWith, attemptList, checkpoints } = stage;
  return (
    <section className="panel" aria-label={`Stage ${stage.stage}`}>
      <Group justify="space-between" gap="xs">
        <Group gap="sm">
          <Title order={2} size="h5">
            {stage.stage}
          </Title>
          <StateBadge state={state} />
          <Text size="sm" c="dimmed" className="mono">
            {short(key)}
          </Text>
        </Group>
        <Text size="sm" c="dimmed">
          {stage.seconds === null ? `about ${duration(stage.estimatedSeconds)}` : duration(stage.seconds)} ·{' '}
          {amount(stage.flops, 'FLOP')} · {bytes(stage.peakMemoryBytes)} at most
        </Text>
      </Group>
      <div
        aria-hidden="true"
        style={{
          position: 'relative',
          height: 16,
          margin: '8px 0',
          background: 'light-dark(#eef1f4, #272d35)',
          borderRadius: 4,
        }}
      >
        {bars.map(({ attempt, from, to, seconds }) => (
          <div
            key={attempt.id}
            title={`Attempt ${attempt.number}: ${attempt.state}, ${duration(seconds)}`}
            style={{
              position: 'absolute',
              left: `${from * 100}%`,
              width: `max(3px, ${(to - from) * 100}%)`,
              top: 0,
              bottom: 0,
              borderRadius: 4,
              background: stateLook(attempt.state === 'leased' ? 'running' : attempt.state).fill,
              border: '1px solid var(--mantine-color-dimmed)',
            }}
          />
        ))}
      </div>
      {state === 'running' && step !== null && totalSteps !== null && (
        <Group gap="xs" wrap="nowrap">
          <Progress flex={1} value={(100 * step) / totalSteps} aria-label={`Step ${step} of ${totalSteps}`} />
          <Text size="sm" className="numbers">
            {step}/{totalSteps} steps
          </Text>
        </Group>
      )}
      <Text size="sm">
        {sharing(stage, run)}{' '}
        {sharedWith.slice(0, 6).map((id) => (
          <span key={id}>
            <Anchor component={Link} to="/runs/$id" params={{ id } as never} size="sm" underline="always">
              {id}
            </Anchor>{' '}
          </span>
        ))}
        {!stage.bitExact && 'Not bit-exact: it went on from a checkpoint of another kind of processor.'}
      </Text>
      {stage.error && (
        <Text size="sm" className="bad">
          {stage.error.message} {stage.error.fix}
        </Text>
      )}
      <Attempts attempts={attemptList} now={now} name={stage.stage} />
      {checkpoints.length > 0 && (
        <Text size="sm" c="dimmed">
          Checkpoints: {checkpoints.map((one) => `step ${one.step} (${ago(one.createdAt, now)})`).join(', ')}
        </Text>
      )}
    </section>
  );
}

interface AttemptsProps {
  readonly attempts: Stage['attemptList'];
  readonly now: number;
  readonly name: string;
}

function Attempts({ attempts, now, name }: AttemptsProps) {
  if (attempts.length === 0)
    return (
      <Text size="sm" c="dimmed">
        No attempt yet.
      </Text>
    );
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={`Attempts of ${name}`}>
      <table className="table">
        <thead>
          <tr>
            {['Attempt', 'State', 'Worker', 'Device', 'Started', 'Took', 'Why it ended'].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {attempts.map(({ id, number, state, worker, device, startedAt, finishedAt, error }) => (
            <tr key={id}>
              <th scope="row">{number}</th>
              <td>
                <StateBadge state={state === 'leased' ? 'running' : state} />
              </td>
              <td>{worker === null ? '—' : short(worker)}</td>
              <td>{device ?? '—'}</td>
              <td style={{ whiteSpace: 'nowrap' }}>{startedAt === null ? '—' : moment(startedAt)}</td>
              <td className="numbers">
                {startedAt === null
                  ? '—'
                  : duration(
                      ((finishedAt === null ? now : Date.parse(finishedAt)) - Date.parse(startedAt)) / 1000,
                    )}
              </td>
              <td>{error?.message ?? ENDS[state] ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const ENDS: Readonly<Record<string, string>> = {
  done: 'It was finished.',
  lost: 'Its worker fell silent; another attempt goes on from the last checkpoint. It costs no retry.',
  released: 'Its worker was asked to stop and gave it back after a checkpoint.',
  cancelled: 'Nobody wanted it any more.',
  leased: 'It runs.',
  queued: 'It waits for a slot.',
};
