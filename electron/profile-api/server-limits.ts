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
