import type { DestinationKindView, DestinationView } from '../../../electron/contract/contract.ts';
import type { ActivationMode } from '../../../electron/domain/destination.ts';

/** The saved destinations, and the kinds as they are without a target. */
export interface ListedDestinations {
  readonly destinations: readonly DestinationView[];
  readonly kinds: readonly DestinationKindView[];
}

/** The kind of a destination: as `described` under a target, or as listed until that is told. */
export function findKind(
  destinationId: string | undefined,
  { destinations, kinds }: ListedDestinations,
  described: DestinationKindView | undefined,
): DestinationKindView | undefined {
  const kind = destinations.find(({ id }) => id === destinationId)?.kind;
  return described?.kind === kind ? described : kinds.find((each) => each.kind === kind);
}

/** The chosen mode where it is offered, or the first that can be used. */
export function usableMode(
  chosen: ActivationMode | undefined,
  modes: readonly ActivationMode[],
  canMirror: boolean,
): ActivationMode | undefined {
  if (chosen !== undefined && modes.includes(chosen)) return chosen;
  return modes.find((each) => each !== 'mirror' || canMirror) ?? modes[0];
}
