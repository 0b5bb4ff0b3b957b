import { List, Stack, Text, Title } from '@mantine/core';
import type { ExtensionView } from '@ablate/contracts';
import { amount, duration, plural } from '../../format/numbers.js';
import { LoadingRows } from '../../parts/loading.js';
import { extensionLines } from './extension-lines.js';

interface Props {
  readonly view: ExtensionView | null;
  readonly problem: boolean;
  readonly busy: boolean;
}

/** What the grid would add: what is new, what is shared, what it costs. */
export function ExtensionPanel({ view, problem, busy }: Props) {
  return (
    <section className="panel" aria-labelledby="extension" aria-busy={busy}>
      <Title order={2} size="h5" id="extension">
        What it adds{' '}
        <Text span size="sm" c="dimmed" fw={400}>
          {busy ? 'working it out …' : ''}
        </Text>
      </Title>
      {view ? (
        <Content view={view} />
      ) : problem ? (
        <Text mt="sm">
          It appears once the grid adds something and has no error; below the grid stands which.
        </Text>
      ) : (
        <LoadingRows rows={7} height={24} />
      )}
    </section>
  );
}

function Content({ view }: { readonly view: ExtensionView }) {
  const { added, seconds, stages, newStages, cells, notes } = view;
  return (
    <Stack gap="sm" mt="xs">
      <Text size="xl" fw={700}>
        {plural(added.cells, 'cell')}, {plural(added.runs, 'run')}, {duration(seconds.wall)}
      </Text>
      <List size="sm" spacing={4}>
        {extensionLines(view).map((line) => (
          <List.Item key={line}>{line}</List.Item>
        ))}
      </List>
      <div className="scroll" tabIndex={0} role="region" aria-label="Stages that are added">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Stage</th>
              {['added', 'shared or finished', 'to do'].map((title) => (
                <th key={title} scope="col" className="numbers">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Object.entries(stages).map(([name, count]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="numbers">{count.toLocaleString('en')}</td>
                <td className="numbers">{(count - (newStages[name] ?? 0)).toLocaleString('en')}</td>
                <td className="numbers">{(newStages[name] ?? 0).toLocaleString('en')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Text size="sm">
        {amount(view.flops, 'FLOP')} to do: {duration(seconds.compute)} of computing (
        {view.secondsFrom === 'measured' ? 'from observed throughput' : 'a first guess'}).{' '}
        {plural(view.savedTrainings, 'training')} of the added runs do not run again.
      </Text>
      {notes.length > 0 && (
        <List size="sm" c="dimmed">
          {notes.map((note) => (
            <List.Item key={note}>{note}</List.Item>
          ))}
        </List>
      )}
      {cells.length > 0 && (
        <details>
          <summary>The {plural(cells.length, 'added cell')}</summary>
          <List size="sm" mah={260} style={{ overflow: 'auto' }} tabIndex={0} aria-label="Added cells">
            {cells.slice(0, 300).map(({ id, label }) => (
              <List.Item key={id}>{label}</List.Item>
            ))}
          </List>
        </details>
      )}
    </Stack>
  );
}
