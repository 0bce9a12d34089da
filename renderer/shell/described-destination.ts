import type { DestinationKindView } from '../../electron/contract/contract.ts';
import { closeTarget, type DeliveryDraft } from '../ui/delivery/delivery-draft.ts';
import { findKind, type ListedDestinations } from '../ui/delivery/destination-kind.ts';
import type { Engine } from './engine.ts';
import { queryKeys } from './query-keys.ts';

/** The query for the kind of a destination under a target. */
export interface DescribedQuery {
  readonly queryKey: ReturnType<typeof queryKeys.describedDestination>;
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<DestinationKindView>;
  readonly enabled: boolean;
}

/** Asks how the destination of a delivery is under its target. One that is gone is not asked about. */
export function describedQuery(
  engine: Engine,
  { destination: destinationId, target: written }: DeliveryDraft,
  listed: ListedDestinations,
): DescribedQuery {
  const target = closeTarget(findKind(destinationId, listed, undefined)?.target ?? [], written);
  return {
    queryKey: queryKeys.describedDestination(destinationId, target),
    queryFn: ({ signal }) => engine.destinations.describe({ destinationId, target }, { signal }),
    enabled: listed.destinations.some(({ id }) => id === destinationId),
  };
}
