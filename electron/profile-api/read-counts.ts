import type { ReadCount } from '../domain/profile-api.ts';

const MINUTE = 60_000;

interface Counting {
  requests: number;
  profiles: number;
  missing: number;
  refused: number;
}

/** Counts who read how many, by key and minute. It is never told which customers. */
export class ReadCounts {
  #minute = 0;
  #running = new Map<string, Counting>();
  #ended: ReadCount[] = [];

  /**
   * Counts one answered request.
   * @param now milliseconds since 1970
   */
  addRead(keyId: string, profiles: number, missing: number, now: number): void {
    const counting = this.#at(keyId, now);
    counting.requests += 1;
    counting.profiles += profiles;
    counting.missing += missing;
  }

  /** Counts one request that was refused: by scope or by rate. */
  addRefused(keyId: string, now: number): void {
    const counting = this.#at(keyId, now);
    counting.requests += 1;
    counting.refused += 1;
  }

  /** Hands out what was counted since the last time. A minute that is still going on comes in several pieces, to be added up. */
  take(): ReadCount[] {
    this.#end();
    const ended = this.#ended;
    this.#ended = [];
    return ended;
  }

  #at(keyId: string, now: number): Counting {
    const minute = Math.floor(now / MINUTE);
    if (minute !== this.#minute) {
      this.#end();
      this.#minute = minute;
    }
    const counting = this.#running.get(keyId);
    if (counting !== undefined) return counting;
    const begun = { requests: 0, profiles: 0, missing: 0, refused: 0 };
    this.#running.set(keyId, begun);
    return begun;
  }

  #end(): void {
    const minute = new Date(this.#minute * MINUTE).toISOString();
    for (const [keyId, counting] of this.#running) this.#ended.push({ keyId, minute, ...counting });
    this.#running = new Map();
  }
}
