import { AppError, type ErrorCode } from '../../../electron/domain/app-error.ts';
import type {
  FilledProfileStore,
  PartState,
  ProfileStore,
  StoredProfile,
} from '../../../electron/profile-api/profile-store.ts';
import { isFilled, openProfileStore } from '../../../electron/profile-api/stores.ts';

/** The customers of a store made for a test, by their ids. */
export type Customers = ReadonlyMap<string, StoredProfile>;

/** A store over a map that answers at once. `identifiers` gives the ids of each identifier and value, as `email:ann@example.com`. */
export function mapStore(
  states: readonly PartState[],
  customers: Customers,
  identifiers: ReadonlyMap<string, readonly string[]> = new Map(),
): ProfileStore {
  return {
    parts: () => states,
    version: () => undefined,
    find: (ids) => ids.map((id) => customers.get(id)),
    findIds: (identifier, value, limit) => [
      ...(identifiers.get(`${identifier}:${value}`) ?? []).slice(0, limit),
    ],
    close: () => Promise.resolve(),
  };
}

/** The same store, answering by promises. */
export function lateStore(store: ProfileStore): ProfileStore {
  return {
    ...store,
    find: async (ids) => store.find(ids),
    findIds: async (identifier, value, limit) => store.findIds(identifier, value, limit),
  };
}

/** A store that fails with this code, at once or by a promise. */
export function failingStore(
  states: readonly PartState[],
  code: ErrorCode,
  way: 'at-once' | 'late',
): ProfileStore {
  const fail = (): Promise<never> => {
    const error = new AppError({ code, message: 'db.internal.example is gone.', help: 'Wait.', retry: 'no' });
    if (way === 'at-once') throw error;
    return Promise.reject(error);
  };
  return {
    parts: () => states,
    version: () => undefined,
    find: fail,
    findIds: fail,
    close: () => Promise.resolve(),
  };
}

/** Opens the store that keeps profiles in memory. */
export async function openMemoryStore(
  parts: readonly string[],
  identifiers: readonly string[],
): Promise<FilledProfileStore> {
  const store = await openProfileStore('memory', { settings: {}, secrets: {}, parts, identifiers });
  if (!isFilled(store)) throw new Error('Memory is filled by this app.');
  return store;
}
