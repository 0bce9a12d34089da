import { ApiMetrics } from './api-metrics.ts';
import type { LatencySecond, ReadCount } from '../domain/profile-api.ts';
import type { ApiSettings } from './api-settings.ts';
import { HttpServer } from './http-server.ts';
import { Latency } from './latency.ts';
import type { ProfileStore } from './profile-store.ts';
import { RateLimit } from './rate-limit.ts';
import { ReadCounts } from './read-counts.ts';
import { ServedSettings } from './served-settings.ts';
import { SERVER_LIMITS, type ServerLimits } from './server-limits.ts';
import type { ServerState } from './server-state.ts';
import { VersionTag } from './version-tag.ts';

export interface ProfileServerOptions {
  readonly settings: ApiSettings;
  readonly store: ProfileStore;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** {@link SERVER_LIMITS} unless stated. */
  readonly limits?: ServerLimits;
  /** Told of errors that are answered with 500: they are defects. */
  readonly onFailure?: (error: unknown) => void;
}

export interface ProfileServer {
  /** Begins to listen on the loopback address. @returns the port. @throws AppError SETTINGS_INVALID where the port cannot be taken */
  listen(): Promise<number>;
  /** Takes other settings for the requests from now on. The port stays as it is. */
  update(settings: ApiSettings): void;
  /** Says that a part, by its place, could not be refreshed; undefined takes that back. */
  warn(part: number, text: string | undefined): void;
  /** Who read how many, since the last time. */
  takeReads(): ReadCount[];
  /** How requests with a key went in the last seconds, the oldest first. */
  latency(): readonly LatencySecond[];
  /** Open connections. */
  connections(): number;
  /** Ends all connections; the store stays open. */
  close(): Promise<void>;
}

/** The HTTP server of a Profile API: what a store holds of customers, to who has a key. */
export function createProfileServer(options: ProfileServerOptions): ProfileServer {
  const { settings, store, clock, limits = SERVER_LIMITS, onFailure = () => undefined } = options;
  const warnings = new Map<string, string>();
  const state: ServerState = {
    store,
    clock,
    metrics: new ApiMetrics(),
    latency: new Latency(),
    reads: new ReadCounts(),
    limit: new RateLimit(settings.requestsPerSecond),
    tag: new VersionTag(),
    warnings,
    onFailure,
    served: new ServedSettings(settings),
    port: 0,
    connections: () => server.connections,
    dropped: () => server.dropped,
  };
  const server = new HttpServer(state, limits);
  return {
    async listen() {
      state.port = await server.listen(settings.port);
      return state.port;
    },
    update(next) {
      state.served = new ServedSettings(next);
      state.limit.update(next.requestsPerSecond, state.served.keyIds);
    },
    warn(part, text) {
      const id = store.parts()[part]?.id;
      if (id === undefined) return;
      if (text === undefined) warnings.delete(id);
      else warnings.set(id, text);
    },
    takeReads: () => state.reads.take(),
    latency: () => state.latency.seconds(clock()),
    connections: () => server.connections,
    close: () => server.close(),
  };
}
