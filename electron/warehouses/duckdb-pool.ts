import type { DuckDBConnection } from '@duckdb/node-api';
import { cancelled, throwIfCancelled } from '../domain/app-error.ts';

/** How often an abort is passed on: an interrupt that arrives before a statement has begun is lost, so it is repeated. */
const INTERRUPT_EVERY_MS = 20;

/** Gives each running statement a connection of its own; statements beyond the number of connections wait their turn. */
export class DuckdbPool {
  readonly #idle: DuckDBConnection[];
  readonly #all: readonly DuckDBConnection[];
  readonly #waiting: ((connection: DuckDBConnection) => void)[] = [];

  constructor(connections: readonly DuckDBConnection[]) {
    this.#all = connections;
    this.#idle = [...connections];
  }

  /** Runs an act on a connection; an abort interrupts its statement and rejects with CANCELLED. */
  async use<T>(
    signal: AbortSignal | undefined,
    act: (connection: DuckDBConnection) => Promise<T>,
  ): Promise<T> {
    throwIfCancelled(signal);
    const connection = await this.#acquire(signal);
    const stop = interruptOnAbort(connection, signal);
    try {
      const result = await act(connection);
      throwIfCancelled(signal);
      return result;
    } catch (error) {
      throwIfCancelled(signal);
      throw error;
    } finally {
      stop();
      this.#release(connection);
    }
  }

  /** Closes all connections. Nothing may run any more. */
  close(): void {
    for (const connection of this.#all) connection.closeSync();
  }

  async #acquire(signal: AbortSignal | undefined): Promise<DuckDBConnection> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    return new Promise((resolve, reject) => {
      const take = (connection: DuckDBConnection): void => {
        signal?.removeEventListener('abort', leave);
        resolve(connection);
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        reject(cancelled());
      };
      this.#waiting.push(take);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  #release(connection: DuckDBConnection): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(connection);
    else next(connection);
  }
}

/** Interrupts the connection from an abort until the returned function is called. */
export function interruptOnAbort(connection: DuckDBConnection, signal: AbortSignal | undefined): () => void {
  if (signal === undefined) return () => undefined;
  let timer: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    connection.interrupt();
    timer = setTimeout(interrupt, INTERRUPT_EVERY_MS);
  };
  signal.addEventListener('abort', interrupt, { once: true });
  return () => {
    signal.removeEventListener('abort', interrupt);
    clearTimeout(timer);
  };
}
