import { Alert, Group, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { followChanges, type Connection } from '../api/live.js';

const ConnectionContext = createContext<Connection>('connecting');

/** Keeps every page fresh, and says whether it is. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient();
  const [connection, setConnection] = useState<Connection>('connecting');
  useEffect(() => followChanges(queries, setConnection), [queries]);
  return <ConnectionContext.Provider value={connection}>{children}</ConnectionContext.Provider>;
}

const WORDS = { connecting: 'Connecting', live: 'Live', lost: 'Reconnecting' } as const;
const MARKS = { connecting: '◌', live: '●', lost: '◌' } as const;

export function ConnectionMark() {
  const connection = useContext(ConnectionContext);
  return (
    <Group gap={5} wrap="nowrap" role="status" aria-label={`Connection: ${WORDS[connection]}`}>
      <span aria-hidden="true" className={connection === 'live' ? 'good' : 'bad'}>
        {MARKS[connection]}
      </span>
      <Text size="xs" c="dimmed" visibleFrom="xs">
        {WORDS[connection]}
      </Text>
    </Group>
  );
}

/** Says that what is on screen may be old, and that it mends itself. */
export function OfflineBanner() {
  const connection = useContext(ConnectionContext);
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (connection !== 'lost') return;
    const timer = setTimeout(() => setLate(true), 1500);
    return () => clearTimeout(timer);
  }, [connection]);
  if (!late) return null;
  return (
    <Alert color="orange" variant="outline" mb="sm" role="status" title="No connection to the server">
      What you see is as it was a moment ago. It is tried again by itself; if the server was stopped, start it
      with <code>npm start</code>.
    </Alert>
  );
}
