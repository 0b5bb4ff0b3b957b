import { Alert, Group, Select, SegmentedControl, Stack, Text } from '@mantine/core';
import type { EffectsView } from '@ablate/contracts';
import { useQuery } from '@tanstack/react-query';
import { effectsQuery } from '../../api/queries.js';
import { useView } from '../../app/search.js';
import { interval, plural, value } from '../../format/numbers.js';
import { LoadingFigure } from '../../parts/loading.js';
import { QueryView } from '../../parts/query-view.js';
import type { TabProps } from './experiment-page.js';
import { DifferencesFigure, PairedFigure } from './effect-figures.js';
import { InteractionFigures } from './interaction-figures.js';
import { TermsTable } from './terms-table.js';

/** What each axis does, as the server's analysis says it: effects, pairs, interactions, and what cannot be told. */
export default function EffectsTab({ overview }: TabProps) {
  const [search, patch] = useView();
  const metric = search['metric'] ?? overview.metrics[0];
  const model = search['model'] === 'two_way' ? 'two_way' : 'main';
  const query = useQuery(effectsQuery(overview.id, metric, model));
  if (metric === undefined)
    return <Text>This grid evaluates nothing; add `evaluate` to it to compare its cells.</Text>;
  return (
    <Stack gap="sm">
      <Group gap="sm" align="end">
        <Select
          label="Metric"
          size="xs"
          w={220}
          data={overview.metrics}
          value={metric}
          allowDeselect={false}
          onChange={(next) => patch({ metric: next ?? undefined })}
        />
        <SegmentedControl
          size="xs"
          aria-label="Model"
          data={[
            { value: 'main', label: 'Main effects' },
            { value: 'two_way', label: 'With interactions' },
          ]}
          value={model}
          onChange={(next) => patch({ model: next === 'two_way' ? next : undefined })}
        />
      </Group>
      <QueryView query={query} loading={<LoadingFigure height={420} />}>
        {(effects) => (
          <Stack gap="sm">
            <Basis effects={effects} />
            <DifferencesFigure effects={effects} name={overview.name} />
            <PairedFigure effects={effects} name={overview.name} />
            <InteractionFigures overview={overview} metric={metric} effects={effects} />
            <TermsTable effects={effects} />
          </Stack>
        )}
      </QueryView>
    </Stack>
  );
}

function Basis({ effects }: { readonly effects: EffectsView }) {
  const { used, excluded, balance, seedNoise, because, aliases, withheld, notes } = effects;
  const others = Object.entries(excluded).map(([state, n]) => `${n} ${state}`);
  return (
    <Alert variant="outline" color="gray" p="sm">
      <Text size="sm">
        {plural(used, 'run')} count{others.length > 0 && ` (not: ${others.join(', ')})`} in{' '}
        {balance.cellsFilled} of {plural(balance.cellsPossible, 'cell')}
        {balance.balanced ? ', balanced' : ', not balanced'}. Noise between seeds: sd {value(seedNoise.sd)}{' '}
        {seedNoise.lo !== null && interval(seedNoise.lo, seedNoise.hi)}. {because}
      </Text>
      {[
        ...aliases.map(({ sentence }) => sentence),
        ...withheld.map(({ axis, reason }) => `${axis}: ${reason}`),
        ...notes,
      ].map((line) => (
        <Text size="sm" key={line} className="bad">
          {line}
        </Text>
      ))}
    </Alert>
  );
}
