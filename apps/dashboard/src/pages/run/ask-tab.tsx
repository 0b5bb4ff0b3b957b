import { Alert, Button, FileInput, Group, Image, Stack, Text, Textarea, Title } from '@mantine/core';
import { MOST_IMAGE_BYTES, type PlaygroundView } from '@ablate/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type FormEvent } from 'react';
import { client } from '../../api/client.js';
import { playgroundQuery } from '../../api/queries.js';
import { bytes } from '../../format/numbers.js';
import { moment } from '../../format/times.js';
import { EmptyState } from '../../parts/empty-state.js';
import { ErrorState } from '../../parts/error-state.js';
import { QueryView } from '../../parts/query-view.js';
import { StateBadge } from '../../parts/state-badge.js';
import { toBase64 } from './base64.js';
import type { RunProps } from './run-page.js';

const TYPES = 'image/png,image/jpeg,image/webp';

/** Asks the run about a picture of one's own; a worker answers with its final weights. */
export function AskTab({ run }: RunProps) {
  const asked = useQuery(playgroundQuery(run.id));
  const open = run.stageList.find(({ kind, state }) => kind === 'train' && state !== 'done');
  const trained = run.stageList.some(({ kind }) => kind === 'train');
  if (!trained)
    return (
      <EmptyState title="There is no model to ask">
        The figures of this run were imported; nothing of it was trained here.
      </EmptyState>
    );
  return (
    <Stack>
      {open ? (
        <Alert variant="outline" color="blue">
          The run can be asked once all its trainings are done; {open.stage} is {open.state}.
        </Alert>
      ) : (
        <AskForm run={run} />
      )}
      <QueryView query={asked}>
        {(questions) => (
          <Stack gap="sm" aria-live="polite">
            {questions.map((question) => (
              <Answered key={question.id} asked={question} />
            ))}
          </Stack>
        )}
      </QueryView>
    </Stack>
  );
}

function AskForm({ run }: RunProps) {
  const [file, setFile] = useState<File | null>(null);
  const [question, setQuestion] = useState('');
  const preview = usePreview(file);
  const queries = useQueryClient();
  const tooLarge = file !== null && file.size > MOST_IMAGE_BYTES;
  const ask = useMutation({
    mutationFn: async (picture: File) =>
      client.ask({ params: { id: run.id }, body: { question, image: await toBase64(picture) } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: playgroundQuery(run.id).queryKey });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (file && !tooLarge && question.trim() !== '') ask.mutate(file);
  };
  return (
    <form onSubmit={submit} className="panel" aria-labelledby="ask">
      <Stack gap="sm">
        <Title order={2} size="h5" id="ask">
          Ask this run about a picture
        </Title>
        <Text size="sm" c="dimmed">
          A worker answers with the run’s final weights and its template, greedily, as in an evaluation. It
          takes the next free slot.
        </Text>
        <Group align="start" wrap="wrap">
          <Stack gap="xs" flex={1} miw={240}>
            <FileInput
              label="Picture"
              description="PNG, JPEG or WebP, at most 4 MiB"
              placeholder="Choose a file"
              accept={TYPES}
              value={file}
              onChange={setFile}
              clearable
              clearButtonProps={{ 'aria-label': 'Remove the picture' }}
              error={tooLarge && file ? `It has ${bytes(file.size)}; at most 4 MiB are taken.` : null}
              required
            />
            <Textarea
              label="Question"
              placeholder="What is in the picture?"
              value={question}
              onChange={({ currentTarget }) => setQuestion(currentTarget.value)}
              maxLength={2000}
              autosize
              minRows={2}
              required
            />
          </Stack>
          {preview && (
            <Image src={preview} alt="The chosen picture" w={160} h={160} fit="contain" radius="sm" />
          )}
        </Group>
        {ask.error && <ErrorState error={ask.error} />}
        <Group>
          <Button
            type="submit"
            loading={ask.isPending}
            disabled={file === null || tooLarge || question.trim() === ''}
          >
            Ask
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** An address of a chosen file, for as long as it is chosen. */
function usePreview(file: File | null): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (!file) return setAddress(null);
    const made = URL.createObjectURL(file);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return address;
}

function Answered({ asked }: { readonly asked: PlaygroundView }) {
  const { id, question, state, because, answer, error, createdAt } = asked;
  return (
    <article className="panel" aria-label={`Question: ${question}`}>
      <Group align="start" wrap="nowrap">
        <Image
          src={`/api/v1/playground/${id}/image`}
          alt={`The picture of the question "${question}"`}
          w={120}
          h={120}
          fit="contain"
          radius="sm"
          loading="lazy"
        />
        <Stack gap={4} flex={1}>
          <Group gap="sm">
            <StateBadge state={state} />
            <Text size="xs" c="dimmed">
              {moment(createdAt)}
            </Text>
          </Group>
          <Text size="sm" c="dimmed">
            {question}
          </Text>
          {state === 'done' && (
            <Text fw={600} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {answer === '' ? '(an empty answer)' : answer}
            </Text>
          )}
          {because !== null && <Text size="sm">{because}</Text>}
          {state === 'running' && <Text size="sm">A worker loads the model and answers.</Text>}
          {error && (
            <Text size="sm" className="bad">
              {error.message} {error.fix}
            </Text>
          )}
        </Stack>
      </Group>
    </article>
  );
}
