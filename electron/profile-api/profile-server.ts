import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '../domain/app-error.ts';
import { ApiMetrics } from './api-metrics.ts';
import type { LatencySecond, ReadCount } from '../domain/profile-api.ts';
import type { ApiSettings } from './api-settings.ts';
import { handleRequest } from './handle-request.ts';
import { Latency } from './latency.ts';
import type { ProfileStore } from './profile-store.ts';
import { RateLimit } from './rate-limit.ts';
import { ReadCounts } from './read-counts.ts';
import { ServedSettings } from './served-settings.ts';
import type { ServerState } from './server-state.ts';

const LOOPBACK = '127.0.0.1';

/** How much a client may hold of a server. Times are milliseconds. */
export interface ServerLimits {
  /** Connections at once; more are refused. */
  readonly connections: number;
  /** Until the headers of a request are there. */
  readonly headers: number;
  /** Until the whole request is there. */
  readonly request: number;
  /** Between two requests. */
  readonly keepAlive: number;
  /** Without any byte in either direction, such as of an answer that is not read. */
  readonly idle: number;
  /** How often the above are looked after. */
  readonly check: number;
}

export const SERVER_LIMITS: ServerLimits = {
  connections: 1024,
  headers: 5_000,
  request: 10_000,
  keepAlive: 5_000,
  idle: 30_000,
  check: 1_000,
};
/** The longest request line and headers, in bytes. */
const LARGEST_HEAD = 16 * 1024;

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
    warnings,
    onFailure,
    served: new ServedSettings(settings),
    port: 0,
    connections: 0,
    dropped: 0,
  };
  const server = makeServer(state, limits);
  return {
    async listen() {
      state.port = await listenOn(server, settings.port);
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
    connections: () => state.connections,
    close: () => closeServer(server),
  };
}

function makeServer(state: ServerState, limits: ServerLimits): Server {
  const server = createServer({
    maxHeaderSize: LARGEST_HEAD,
    headersTimeout: limits.headers,
    requestTimeout: limits.request,
    keepAliveTimeout: limits.keepAlive,
    connectionsCheckingInterval: limits.check,
  });
  server.maxConnections = limits.connections;
  server.timeout = limits.idle;
  server.on('request', (request, response) => handleRequest(state, request, response));
  // What a client expects of us beside an answer is nothing that it needs to be told before its key was looked at.
  server.on('checkExpectation', (request, response) => handleRequest(state, request, response));
  const forget = (): void => void (state.connections -= 1);
  server.on('connection', (socket: Socket) => {
    state.connections += 1;
    socket.once('close', forget);
  });
  server.on('drop', () => (state.dropped += 1));
  return server;
}

async function listenOn(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(portUnusable(port, cause)));
    server.listen(port, LOOPBACK, resolve);
  });
  const address = server.address();
  return address === null || typeof address === 'string' ? port : address.port;
}

function portUnusable(port: number, cause: Error): AppError {
  return new AppError(
    {
      code: 'SETTINGS_INVALID',
      message: `The Profile API cannot listen on port ${port}: another program has it, or it is reserved.`,
      help: 'Choose another port, or 0 for a free one.',
      retry: 'after-fix',
    },
    { cause },
  );
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
