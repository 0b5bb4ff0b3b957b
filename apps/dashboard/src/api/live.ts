import { API, changeEvent } from '@ablate/contracts';
import type { QueryClient } from '@tanstack/react-query';
import { isStale, retryDelay } from './change.js';

export type Connection = 'connecting' | 'live' | 'lost';

/** Follows the server's changes: answers that they make old are asked for again. What was answered before the stream began is, too. */
export function followChanges(queries: QueryClient, say: (connection: Connection) => void): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  const open = (): void => {
    source = new EventSource(`${API}/events`);
    source.addEventListener('open', () => {
      failures = 0;
      say('live');
      void queries.invalidateQueries({
        predicate: ({ state }) => state.dataUpdatedAt + state.errorUpdatedAt > 0,
      });
    });
    source.addEventListener('change', ({ data }: MessageEvent<string>) => {
      const change = changeEvent.safeParse(JSON.parse(data));
      if (!change.success) return;
      void queries.invalidateQueries({ predicate: ({ queryKey }) => isStale(queryKey, change.data) });
    });
    source.addEventListener('error', () => {
      source?.close();
      say('lost');
      clearTimeout(timer);
      timer = setTimeout(open, retryDelay(failures));
      failures += 1;
    });
  };
  const again = (): void => {
    if (source?.readyState === EventSource.OPEN) return;
    source?.close();
    clearTimeout(timer);
    open();
  };
  open();
  window.addEventListener('online', again);
  return () => {
    window.removeEventListener('online', again);
    clearTimeout(timer);
    source?.close();
  };
}
