import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

export type Search = Readonly<Record<string, string | undefined>>;

/** A page's state is its address: what is set there, and a function that changes part of it (undefined removes). */
export function useView(): readonly [Search, (patch: Search, replace?: boolean) => void] {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const patch = useCallback(
    (changes: Search, replace = true) =>
      void navigate({
        to: '.',
        search: ((old: Search) => withoutEmpty({ ...old, ...changes })) as never,
        replace,
        resetScroll: false,
      }),
    [navigate],
  );
  return [search, patch];
}

/** Parameters with a value. */
export const withoutEmpty = (search: Search): Search =>
  Object.fromEntries(Object.entries(search).filter(([, text]) => text !== undefined && text !== ''));
