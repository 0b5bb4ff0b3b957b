import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { toErrorShape } from '@ablate/errors';

/** A failure: what, where, and what to do; never a dead end. */
export function ErrorState({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const { code, message, path, rule, fix } = toErrorShape(error);
  const away = code === 'UNREACHABLE';
  return (
    <Alert
      color="red"
      variant="outline"
      title={away ? 'The server does not answer' : message}
      role="alert"
      styles={{ title: { color: 'var(--ab-bad)' } }}
    >
      <Stack gap="xs">
        {away ? (
          <Text size="sm">
            It may be restarting; the page goes on by itself as soon as it is back. If it was stopped, start
            it with <Code>npm start</Code>.
          </Text>
        ) : (
          <>
            {path !== null && (
              <Text size="sm">
                Where: <Code>{path}</Code>
                {rule !== null && `. Rule: ${rule}`}
              </Text>
            )}
            {fix !== null && <Text size="sm">What to do: {fix}</Text>}
          </>
        )}
        {retry && (
          <Group>
            <Button size="xs" variant="default" onClick={retry}>
              Try again
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
