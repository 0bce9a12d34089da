import { QueryClient } from '@tanstack/svelte-query';

/** The cache of everything the engine owns. The engine is on this machine, so nothing is fetched on focus or reconnect. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The engine's answers change only by acts of this window, which invalidate what they change.
        staleTime: Infinity,
        gcTime: 10 * 60_000,
        retry: false,
        refetchOnWindowFocus: false,
        // By default only properties that were read are kept up to date: one first read after the answer, as in
        // `a.data === undefined || b.data === undefined`, would stay at its old value for good.
        notifyOnChangeProps: 'all',
        // A loopback engine needs no network: without this, queries pause while the machine is offline.
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
}
