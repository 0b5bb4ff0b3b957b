import { Anchor, Button, Group, MultiSelect, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import type { PredictionsView } from '@ablate/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useDeferredValue } from 'react';
import { cellsQuery, predictionsQuery, questionsQuery, type PredictionsInput } from '../../api/queries.js';
import { useView } from '../../app/search.js';
import { useTitle } from '../../app/title.js';
import { plural } from '../../format/numbers.js';
import { EmptyState } from '../../parts/empty-state.js';
import { LoadingRows } from '../../parts/loading.js';
import { QueryView } from '../../parts/query-view.js';
import { QuestionCard } from './question-card.js';

const PAGE = 30;
const SHOW = [
  { value: 'all', label: 'All questions' },
  { value: 'disagreement', label: 'Runs disagree' },
  { value: 'wrong', label: 'Some run is wrong' },
  { value: 'right', label: 'All runs are right' },
  { value: 'blind', label: 'Right without the image' },
];

/** What the models answered, side by side: where one sees what a connector cannot see. */
export function PredictionsPage() {
  const { id = '' } = useParams({ strict: false });
  useTitle(`Predictions of ${id}`);
  const [search, patch] = useView();
  const text = useDeferredValue(search['q'] ?? '');
  const offset = Math.max(0, Number(search['from'] ?? 0) || 0);
  const input: PredictionsInput = {
    benchmark: search['benchmark'],
    runs: search['runs'],
    show: (SHOW.find(({ value }) => value === search['show'])?.value ?? 'all') as NonNullable<
      PredictionsInput['show']
    >,
    category: search['category'],
    text: text === '' ? undefined : text,
    offset,
  };
  const query = useQuery(predictionsQuery(id, input));
  return (
    <Stack gap="sm">
      <div>
        <Anchor component={Link} to="/experiments/$id" params={{ id } as never} size="sm" underline="always">
          {id}
        </Anchor>
        <Title order={1} size="h3">
          Predictions
        </Title>
      </div>
      <QueryView query={query} loading={<LoadingRows rows={8} height={90} />}>
        {(view) =>
          view.runs.length === 0 ? (
            <EmptyState title="No answers yet">
              They are here once the first evaluation of{' '}
              {view.benchmark === '' ? 'this grid' : view.benchmark} has finished.
            </EmptyState>
          ) : (
            <>
              <Filters id={id} view={view} input={input} q={search['q'] ?? ''} patch={patch} />
              <Compared view={view} />
              {view.rows.map((row) => (
                <QuestionCard key={row.questionId} row={row} view={view} />
              ))}
              {view.total === 0 && (
                <EmptyState title="No question fits">Choose another filter above.</EmptyState>
              )}
              <Group justify="space-between">
                <Button
                  variant="default"
                  disabled={offset === 0}
                  onClick={() => patch({ from: String(Math.max(0, offset - PAGE)) }, false)}
                >
                  Before
                </Button>
                <Text size="sm" role="status">
                  {view.total === 0
                    ? 'None'
                    : `${offset + 1} to ${Math.min(view.total, offset + PAGE)} of ${plural(view.total, 'question')}`}
                </Text>
                <Button
                  variant="default"
                  disabled={offset + PAGE >= view.total}
                  onClick={() => {
                    patch({ from: String(offset + PAGE) }, false);
                    window.scrollTo({ top: 0 });
                  }}
                >
                  Next
                </Button>
              </Group>
            </>
          )
        }
      </QueryView>
    </Stack>
  );
}

interface FiltersProps {
  readonly id: string;
  readonly view: PredictionsView;
  readonly input: PredictionsInput;
  readonly q: string;
  readonly patch: ReturnType<typeof useView>[1];
}

function Filters({ id, view, input, q, patch }: FiltersProps) {
  const { data: cells = [] } = useQuery(cellsQuery(id));
  const runs = cells.flatMap(({ label, runs: own }) =>
    own
      .filter(({ state }) => state === 'done')
      .map((run) => ({ value: run.id, label: `${label}, seed ${run.seed}` })),
  );
  const known = new Set(runs.map(({ value }) => value));
  const shown = view.runs.map((run) => ({ value: run.id, label: `${run.label}, seed ${run.seed}` }));
  return (
    <Group className="panel" gap="xs" align="end">
      <Select
        label="Benchmark"
        w={170}
        data={view.benchmarks}
        value={view.benchmark}
        allowDeselect={false}
        onChange={(benchmark) =>
          patch({ benchmark: benchmark ?? undefined, category: undefined, from: undefined })
        }
      />
      <Select
        label="Show"
        w={200}
        data={SHOW}
        value={input.show ?? 'all'}
        allowDeselect={false}
        onChange={(show) =>
          patch({ show: show === 'all' || show === null ? undefined : show, from: undefined })
        }
      />
      <Select
        label="Category"
        w={170}
        placeholder="Any"
        clearable
        data={view.categories.map(({ name, questions }) => ({
          value: name,
          label: `${name} (${questions})`,
        }))}
        value={input.category ?? null}
        onChange={(category) => patch({ category: category ?? undefined, from: undefined })}
      />
      <TextInput
        label="Text"
        w={170}
        placeholder="In question or answer"
        value={q}
        onChange={({ currentTarget }) => patch({ q: currentTarget.value, from: undefined })}
      />
      <MultiSelect
        label="Runs side by side, at most 8"
        flex={1}
        miw={260}
        searchable
        maxValues={8}
        data={[...shown.filter(({ value }) => !known.has(value)), ...runs]}
        value={view.runs.map((run) => run.id)}
        onChange={(next) => patch({ runs: next.length === 0 ? undefined : next.join(',') })}
      />
    </Group>
  );
}

/** What the first two runs' answers say, question by question, in the server's words. */
function Compared({ view: { runs, benchmark } }: { readonly view: PredictionsView }) {
  const { data } = useQuery(questionsQuery(runs[0]?.id ?? '', runs[1]?.id ?? '', benchmark));
  return (
    <Text size="sm" mih={20}>
      {data
        ? `${data.sentence} Over ${plural(data.questions, 'question')}${
            data.mcnemar
              ? `; only the first right: ${data.mcnemar.onlyFirstRight}, only the second: ${data.mcnemar.onlySecondRight}`
              : ''
          }.`
        : ''}
    </Text>
  );
}
