import { List, Stack, Text, Title } from '@mantine/core';
import type { Plan } from '@ablate/contracts';
import { amount, bytes, duration, plural } from '../../format/numbers.js';
import { LoadingRows } from '../../parts/loading.js';
import { planRows } from './plan-rows.js';
import type { Located } from './grid-text.js';

interface Props {
  readonly plan: Plan | null;
  readonly problem: Located | null;
  readonly busy: boolean;
}

/** What the grid would run, cost and share, kept up while it is written. */
export function PlanPanel({ plan, problem, busy }: Props) {
  return (
    <section className="panel" aria-labelledby="plan" aria-busy={busy}>
      <Title order={2} size="h5" id="plan">
        Plan{' '}
        <Text span size="sm" c="dimmed" fw={400}>
          {busy ? 'working it out …' : problem ? 'of the last grid without an error' : ''}
        </Text>
      </Title>
      {plan ? (
        <Content plan={plan} />
      ) : problem ? (
        <Text mt="sm">It appears once the grid has no error.</Text>
      ) : (
        <LoadingRows rows={7} height={24} />
      )}
    </section>
  );
}

function Content({ plan }: { readonly plan: Plan }) {
  const { counts, saved, seconds } = plan;
  return (
    <Stack gap="sm" mt="xs">
      <Text size="xl" fw={700}>
        {plural(counts.cells, 'cell')}, {plural(counts.runs, 'run')}, {duration(seconds.wall)}
      </Text>
      <Text size="sm">
        {amount(plan.flops, 'FLOP')} to do: {duration(seconds.compute)} of computing on the slots there are (
        {plan.secondsFrom === 'measured'
          ? 'from observed throughput'
          : 'a first guess, corrected by what is observed'}
        ). Peak memory of a stage {bytes(plan.peakMemoryBytes)}. Numerics {plan.numericsClass}.
      </Text>
      <div className="scroll" tabIndex={0} role="region" aria-label="Stages of the plan">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Stage</th>
              {['needed', 'distinct', 'to do', 'shared or finished'].map((title) => (
                <th key={title} scope="col" className="numbers">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {planRows(plan).map(({ kind, needed, distinct, toDo }) => (
              <tr key={kind}>
                <th scope="row">{kind}</th>
                <td className="numbers">{needed.toLocaleString('en')}</td>
                <td className="numbers">{distinct.toLocaleString('en')}</td>
                <td className="numbers">{toDo.toLocaleString('en')}</td>
                <td className="numbers">{(needed - toDo).toLocaleString('en')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Text size="sm">
        Sharing saves {plural(saved.trainings, 'training')}, {duration(saved.seconds)} of computing.
      </Text>
      {plan.notes.length > 0 && (
        <List size="sm" c="dimmed">
          {plan.notes.map((note) => (
            <List.Item key={note}>{note}</List.Item>
          ))}
        </List>
      )}
      <details>
        <summary>The {plural(plan.cells.length, 'cell')}</summary>
        <List size="sm" mah={260} style={{ overflow: 'auto' }} tabIndex={0} aria-label="Cells">
          {plan.cells.slice(0, 300).map(({ id, label }) => (
            <List.Item key={id}>{label}</List.Item>
          ))}
        </List>
      </details>
    </Stack>
  );
}
