import { AppError } from '../domain/app-error.ts';
import { memoryProfiles } from './memory-profiles.ts';
import { postgresProfiles } from './postgres-profiles.ts';
import type { OpenStoreRequest, ProfileStoreKind } from './profile-store-kind.ts';
import type { FilledProfileStore, ProfileStore } from './profile-store.ts';

/** Every kind of store for profiles, in the order in which they are offered. A new one is a line here. */
export const PROFILE_STORES: readonly ProfileStoreKind[] = [memoryProfiles, postgresProfiles];

/** Opens a store of a kind. @throws AppError SETTINGS_INVALID where there is no such kind, and as {@link ProfileStoreKind.open} */
export async function openProfileStore(
  kind: string,
  request: OpenStoreRequest,
): Promise<ProfileStore | FilledProfileStore> {
  const found = PROFILE_STORES.find((each) => each.kind === kind);
  if (found !== undefined) return found.open(request);
  throw new AppError({
    code: 'SETTINGS_INVALID',
    message: `“${kind}” is not a kind of store for profiles.`,
    help: `Use one of: ${PROFILE_STORES.map((each) => each.kind).join(', ')}.`,
    retry: 'after-fix',
  });
}

/** Whether this app fills the store; where not, it is filled by a sync of its own. */
export function isFilled(store: ProfileStore | FilledProfileStore): store is FilledProfileStore {
  return 'begin' in store;
}
