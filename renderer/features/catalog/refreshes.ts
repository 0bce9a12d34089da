import { LongAct } from '../../shell/long-act.svelte.ts';

/** What a refresh read. */
export type RefreshResult = { readonly tables: number; readonly columns: number; readonly changes: number };

const refreshes = new Map<string, LongAct<RefreshResult>>();

/** The refresh of a connection's catalog. It goes on while the person looks at another page. */
export function refreshOf(connectionId: string): LongAct<RefreshResult> {
  const known = refreshes.get(connectionId);
  if (known !== undefined) return known;
  const fresh = new LongAct<RefreshResult>();
  refreshes.set(connectionId, fresh);
  return fresh;
}
