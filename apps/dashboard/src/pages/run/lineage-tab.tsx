import { Button, Code, CopyButton, Group, Stack, Text, Title } from '@mantine/core';
import type { GridSpec } from '@ablate/design-space';
import { useQuery } from '@tanstack/react-query';
import { overviewQuery } from '../../api/queries.js';
import { bytes } from '../../format/numbers.js';
import { LoadingFigure } from '../../parts/loading.js';
import { QueryView } from '../../parts/query-view.js';
import { writeGrid } from '../new/grid-text.js';
import { flatten } from './config-rows.js';
import { gridOfRun } from './reproduce.js';
import type { RunProps } from './run-page.js';

/** What the run was made of and how to make it again: versions, digests, files. */
export function LineageTab({ run }: RunProps) {
  const query = useQuery(overviewQuery(run.experiment));
  return (
    <Stack gap="sm">
      <QueryView query={query} loading={<LoadingFigure height={260} />}>
        {({ spec }) => {
          const grid = writeGrid(gridOfRun(spec as unknown as GridSpec, run));
          const command = `cat > run.yaml <<'GRID'\n${grid}GRID\nnpx ablate submit run.yaml --wait`;
          return (
            <section className="panel" aria-label="Reproduce">
              <Group justify="space-between">
                <Title order={2} size="h5">
                  Make it again
                </Title>
                <CopyButton value={command}>
                  {({ copied, copy }) => (
                    <Button size="compact-sm" variant="default" onClick={copy}>
                      {copied ? 'Copied' : 'Copy'}
                    </Button>
                  )}
                </CopyButton>
              </Group>
              <Text size="sm" c="dimmed">
                The same stages have the same keys: where they are finished nothing is trained, elsewhere the
                same kind of processor gives the same bits.
              </Text>
              <Code block tabIndex={0} mt="xs" style={{ maxHeight: 420 }}>
                {command}
              </Code>
            </section>
          );
        }}
      </QueryView>
      {run.stageList.map(({ key, stage, inputs, artifacts, parents }) => {
        const facts = [...flatten(inputs)].filter(([path]) =>
          /digest|version|numerics|seed|parents/i.test(path),
        );
        return (
          <section className="panel" key={key} aria-label={`Lineage of ${stage}`}>
            <Title order={2} size="h5">
              {stage}
            </Title>
            <div className="scroll" tabIndex={0} role="region" aria-label={`What ${stage} was made of`}>
              <table className="table">
                <tbody>
                  <Fact name="key" value={key} />
                  {parents.length > 0 && <Fact name="starts from" value={parents.join(', ')} />}
                  {facts.map(([path, value]) => (
                    <Fact key={path} name={path} value={value} />
                  ))}
                  {artifacts.map(({ name, sha256, bytes: size }) => (
                    <Fact key={name} name={`file ${name}, ${bytes(size)}`} value={`sha256 ${sha256}`} />
                  ))}
                </tbody>
              </table>
            </div>
          </section>
        );
      })}
    </Stack>
  );
}

const Fact = ({ name, value }: { readonly name: string; readonly value: string }) => (
  <tr>
    <th scope="row" style={{ fontWeight: 500 }}>
      {name}
    </th>
    <td className="mono" style={{ wordBreak: 'break-all' }}>
      {value}
    </td>
  </tr>
);
