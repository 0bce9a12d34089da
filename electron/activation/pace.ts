import { setTimeout as sleep } from 'node:timers/promises';

/** How patiently a run tries again. Times in milliseconds. */
export interface Pace {
  /** The wait after the first failure; it doubles with each further one, up to `longest`. */
  readonly first: number;
  readonly longest: number;
  /** How often a batch is sent before the run stops with its failure. */
  readonly attempts: number;
  /** How long the outcome of a batch is asked for before it stays unknown. */
  readonly resolve: number;
}

/** The pace of runs: about four minutes of tries, and two hours in which an outcome may show. */
export const PACE: Pace = { first: 500, longest: 60_000, attempts: 10, resolve: 2 * 3_600_000 };

/**
 * The wait before a try: what the vendor asked for where it did, with up to a tenth more so that batches do not return together; else a
 * random part of a time that doubles (full jitter, as in AWS' “Exponential Backoff And Jitter”).
 */
export function waitFor(
  pace: Pace,
  failures: number,
  afterMs: number | undefined,
  random = Math.random,
): number {
  if (afterMs !== undefined) return afterMs * (1 + random() / 10);
  return Math.min(pace.longest, pace.first * 2 ** (failures - 1)) * (0.5 + random() / 2);
}

/** Waits, no longer than until the signal aborts. @throws the signal's reason */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await sleep(ms, undefined, { signal });
}

/** Spaces requests evenly, and holds all of them while the vendor asks to wait. */
export class RequestGate {
  readonly #interval: number;
  #next = 0;

  constructor(requestsPerSecond: number | undefined) {
    this.#interval = requestsPerSecond === undefined ? 0 : 1000 / requestsPerSecond;
  }

  /** Returns when a request may be sent. @throws the signal's reason */
  async enter(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const now = performance.now();
      if (now >= this.#next) {
        this.#next = now + this.#interval;
        return;
      }
      await pause(this.#next - now, signal);
    }
  }

  /** No request for so many milliseconds. */
  hold(ms: number): void {
    this.#next = Math.max(this.#next, performance.now() + ms);
  }
}
