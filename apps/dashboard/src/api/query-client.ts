import { QueryClient } from '@tanstack/react-query';
import { toErrorShape } from '@ablate/errors';

/** Answers are fresh until the server says that they changed; a refusal is final, a server that is away is asked again. */
export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 10 * 60_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => toErrorShape(error).code === 'UNREACHABLE' && failures < 2,
        retryDelay: 700,
      },
    },
  });
