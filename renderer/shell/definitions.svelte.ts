import { createQuery, type CreateQueryResult } from '@tanstack/svelte-query';
import type {
  AudienceSummary,
  DestinationKindView,
  DestinationView,
} from '../../electron/contract/contract.ts';
import type { CustomerModel } from '../../electron/domain/model.ts';
import { getEngine } from './context.ts';
import type { Engine } from './engine.ts';
import { queryKeys } from './query-keys.ts';

/** The customer model of a connection, with what is wrong with it. For a component's start; `readConnectionId` is read reactively. */
export function queryModel(
  readConnectionId: () => string,
): CreateQueryResult<Awaited<ReturnType<Engine['model']['get']>>> {
  const engine = getEngine();
  return createQuery(() => {
    const connectionId = readConnectionId();
    return {
      queryKey: queryKeys.model(connectionId),
      queryFn: ({ signal }) => engine.model.get({ connectionId }, { signal }),
      enabled: connectionId !== '',
    };
  });
}

/** All audiences of a connection. For a component's start; `readConnectionId` is read reactively. */
export function queryAudiences(readConnectionId: () => string): CreateQueryResult<AudienceSummary[]> {
  const engine = getEngine();
  return createQuery(() => {
    const connectionId = readConnectionId();
    return {
      queryKey: queryKeys.audiences(connectionId),
      queryFn: ({ signal }) => engine.audiences.list({ connectionId }, { signal }),
      enabled: connectionId !== '',
    };
  });
}

/** All saved destinations. For a component's start. */
export function queryDestinations(): CreateQueryResult<DestinationView[]> {
  const engine = getEngine();
  return createQuery(() => ({
    queryKey: queryKeys.destinations(),
    queryFn: ({ signal }) => engine.destinations.list({}, { signal }),
  }));
}

/** All kinds of destination. For a component's start. */
export function queryDestinationKinds(): CreateQueryResult<DestinationKindView[]> {
  const engine = getEngine();
  return createQuery(() => ({
    queryKey: queryKeys.destinationKinds(),
    queryFn: ({ signal }) => engine.destinations.kinds({}, { signal }),
  }));
}

/** What activations and journeys are made of: the definitions that their editors choose from. */
export interface Given {
  readonly model: CustomerModel;
  readonly audiences: readonly AudienceSummary[];
  readonly destinations: readonly DestinationView[];
  readonly kinds: readonly DestinationKindView[];
}

/** The queries of a page: why each failed, and how it is read again. Read reactively. */
export type PageQueries = readonly Pick<CreateQueryResult, 'error' | 'refetch'>[];

/** What activations and journeys are made of, as it is read: undefined until all of it is there. Read reactively. */
export interface GivenQueries {
  readonly queries: PageQueries;
  /** `model` is null where no customer table is chosen yet. */
  readonly data: Given | { readonly model: null } | undefined;
}

/** Reads what activations and journeys are made of. For a component's start; `readConnectionId` is read reactively. */
export function queryGiven(readConnectionId: () => string): GivenQueries {
  const model = queryModel(readConnectionId);
  const audiences = queryAudiences(readConnectionId);
  const destinations = queryDestinations();
  const kinds = queryDestinationKinds();
  const data = $derived(
    model.data === undefined ||
      audiences.data === undefined ||
      destinations.data === undefined ||
      kinds.data === undefined
      ? undefined
      : {
          model: model.data.model,
          audiences: audiences.data,
          destinations: destinations.data,
          kinds: kinds.data,
        },
  );
  return {
    queries: [model, audiences, destinations, kinds],
    get data() {
      return data;
    },
  };
}
