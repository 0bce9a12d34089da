import { createQuery, type CreateQueryResult } from '@tanstack/svelte-query';
import type { ProfileApiState, ProfileApiView } from '../../../electron/contract/contract.ts';
import type { ReadCount } from '../../../electron/domain/profile-api.ts';
import { getEngine } from '../../shell/context.ts';
import { queryKeys } from '../../shell/query-keys.ts';

/** How often the state is read anew, in milliseconds. */
const STATE_MS = 1000;
/** Reads are counted by the minute; this is soon enough. */
const READS_MS = 5000;

/** The definition of a connection's Profile API. For a component's start. */
export function queryProfileApi(connectionId: string): CreateQueryResult<ProfileApiView> {
  const engine = getEngine();
  return createQuery(() => ({
    queryKey: queryKeys.profileApi(connectionId),
    queryFn: ({ signal }) => engine.profiles.get({ connectionId }, { signal }),
    // Its problems follow the model and the audiences, which other pages change.
    staleTime: 0,
    gcTime: 0,
  }));
}

/** Whether the API listens and how requests go, each second while it is shown. For a component's start. */
export function queryProfileState(connectionId: string): CreateQueryResult<ProfileApiState> {
  const engine = getEngine();
  return createQuery(() => ({
    queryKey: queryKeys.profileApiState(connectionId),
    queryFn: ({ signal }) => engine.profiles.state({ connectionId }, { signal }),
    refetchInterval: STATE_MS,
    staleTime: 0,
    gcTime: 0,
  }));
}

/** Who read how many, while it is shown. For a component's start. */
export function queryReads(connectionId: string): CreateQueryResult<ReadCount[]> {
  const engine = getEngine();
  return createQuery(() => ({
    queryKey: queryKeys.profileReads(connectionId),
    queryFn: ({ signal }) => engine.profiles.reads({ connectionId }, { signal }),
    refetchInterval: READS_MS,
    staleTime: 0,
    gcTime: 0,
  }));
}
