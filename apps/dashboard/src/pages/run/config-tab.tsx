import { Stack, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { runDetailQuery } from '../../api/queries.js';
import { useView } from '../../app/search.js';
import { Figure } from '../../figures/figure.js';
import { configRows } from './config-rows.js';
import type { RunProps } from './run-page.js';

/** Every setting of every stage, beside the baseline's. */
export function ConfigTab({ run }: RunProps) {
  const [{ all }, patch] = useView();
  const compared = run.baselineRun !== null && run.baselineRun !== run.id;
  const { data: baseline } = useQuery({ ...runDetailQuery(run.baselineRun ?? ''), enabled: compared });
  const everything = all === '1' || !compared;
  return (
    <Stack gap="sm">
      {compared ? (
        <Switch
          label="All settings, also those that equal the baseline's"
          checked={all === '1'}
          onChange={({ currentTarget }) => patch({ all: currentTarget.checked ? '1' : undefined })}
        />
      ) : (
        <Text size="sm" c="dimmed">
          {run.baselineRun === run.id
            ? 'This is the baseline.'
            : 'The grid has no baseline run with this seed.'}
        </Text>
      )}
      {run.stageList.map(({ key, stage, config }) => {
        const other = baseline?.stageList.find((one) => one.stage === stage)?.config;
        const rows = configRows(config, compared ? other : undefined).filter(
          ({ differs }) => everything || differs,
        );
        return (
          <Figure
            key={key}
            tabular
            title={stage}
            note={rows.length === 0 ? "No setting differs from the baseline's." : undefined}
            table={{
              title: `Settings of ${stage} in ${run.id}`,
              head: ['setting', 'here', ...(compared ? ['baseline'] : [])],
              rows: rows.map(({ path, here, there }) => [path, here, ...(compared ? [there] : [])]),
            }}
          >
            {rows.length > 0 && (
              <div
                className="scroll"
                style={{ maxHeight: 420 }}
                tabIndex={0}
                role="region"
                aria-label={`Settings of ${stage}`}
              >
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">Setting</th>
                      <th scope="col">Here</th>
                      {compared && <th scope="col">Baseline</th>}
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map(({ path, here, there, differs }) => (
                      <tr key={path}>
                        <th scope="row" className="mono" style={{ fontWeight: differs ? 700 : 400 }}>
                          {path}
                        </th>
                        <td
                          className="mono"
                          style={{ wordBreak: 'break-all', fontWeight: differs ? 700 : 400 }}
                        >
                          {here}
                        </td>
                        {compared && (
                          <td className="mono" style={{ wordBreak: 'break-all' }}>
                            {there}
                          </td>
                        )}
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </Figure>
        );
      })}
    </Stack>
  );
}
