import type { ApiMetrics } from './api-metrics.ts';
import type { Latency } from './latency.ts';
import type { ProfileStore } from './profile-store.ts';
import type { RateLimit } from './rate-limit.ts';
import type { ReadCounts } from './read-counts.ts';
import type { ServedSettings } from './served-settings.ts';
import type { VersionTag } from './version-tag.ts';

/** What the requests of one server share. */
export interface ServerState {
  readonly store: ProfileStore;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly metrics: ApiMetrics;
  readonly latency: Latency;
  readonly reads: ReadCounts;
  readonly limit: RateLimit;
  readonly tag: VersionTag;
  /** Texts by the ids of parts that could not be refreshed. */
  readonly warnings: ReadonlyMap<string, string>;
  /** Called with an error that is answered with 500. */
  readonly onFailure: (error: unknown) => void;
  /** Open connections. */
  readonly connections: () => number;
  /** Connections that were refused above the limit. */
  readonly dropped: () => number;
  served: ServedSettings;
  port: number;
}
