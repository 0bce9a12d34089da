import { type FoundChange, stillHolds } from '../domain/catalog-change.ts';
import { findBroken } from '../domain/change-impact.ts';
import type { Store, StoredChange } from '../store/store.ts';
import { findDefinitions } from './find-definitions.ts';

/**
 * The changes between readings of the catalog, with what each breaks as the definitions are now. A change that the catalog no longer shows, and one
 * that broke something and no longer does, is mended: it is forgotten when the list is next asked for.
 */
export function createCatalogDrift(store: Store) {
  const judge = (connectionId: string): { stored: StoredChange; found: FoundChange }[] => {
    const definitions = store.hasModel(connectionId) ? findDefinitions(store, connectionId) : undefined;
    return store.listChanges(connectionId).map((stored) => {
      const { id, foundAt, change } = stored;
      const breaks = definitions === undefined ? [] : findBroken(change, definitions);
      return { stored, found: { id, foundAt, change, breaks } };
    });
  };

  return {
    /** Remembers which changes break something, after a refresh. */
    mark(connectionId: string): void {
      const breaking = judge(connectionId).filter(({ found }) => found.breaks.length > 0);
      store.markBreaking(
        connectionId,
        breaking.map(({ found }) => found.id),
      );
    },

    /** The changes that still hold, first those that break something. */
    list(connectionId: string): FoundChange[] {
      const judged = judge(connectionId);
      const isMended = ({ stored, found }: (typeof judged)[number]): boolean =>
        !stillHolds(stored.change, store.findTable(connectionId, stored.change.path)) ||
        (stored.broke && found.breaks.length === 0);
      const { mended = [], open = [] } = Object.groupBy(judged, (each) =>
        isMended(each) ? 'mended' : 'open',
      );
      if (mended.length > 0) {
        store.dropChanges(
          connectionId,
          mended.map(({ found }) => found.id),
        );
      }
      const { broken = [], harmless = [] } = Object.groupBy(
        open.map(({ found }) => found),
        ({ breaks }) => (breaks.length > 0 ? 'broken' : 'harmless'),
      );
      return [...broken, ...harmless];
    },
  };
}
