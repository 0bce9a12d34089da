interface Bucket {
  tokens: number;
  /** Milliseconds since 1970. */
  at: number;
}

/** A token bucket for each key: so many requests a second on average, and as many at once. */
export class RateLimit {
  readonly #buckets = new Map<string, Bucket>();
  #perSecond: number;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Changes the rate, and forgets the keys that are not among `keyIds`. What a key has used stays used. */
  update(perSecond: number, keyIds: ReadonlySet<string>): void {
    this.#perSecond = perSecond;
    for (const id of this.#buckets.keys()) if (!keyIds.has(id)) this.#buckets.delete(id);
  }

  /**
   * Takes `cost` tokens of a key, or none: a cost above the whole bucket takes the whole bucket, or such a request could never be made.
   * @param now milliseconds since 1970
   * @param paid what of `cost` was taken before
   * @returns whether they were there
   */
  take(keyId: string, cost: number, now: number, paid = 0): boolean {
    const bucket = this.#fill(keyId, now);
    const price = Math.min(cost, this.#perSecond) - paid;
    if (bucket.tokens < price) return false;
    bucket.tokens -= price;
    return true;
  }

  /** Seconds until `cost` tokens of a key are there: 1 or more. */
  secondsUntil(keyId: string, cost: number, now: number): number {
    const lacking = Math.min(cost, this.#perSecond) - this.#fill(keyId, now).tokens;
    return Math.max(1, Math.ceil(lacking / this.#perSecond));
  }

  #fill(keyId: string, now: number): Bucket {
    const bucket = this.#buckets.get(keyId);
    if (bucket === undefined) {
      const full = { tokens: this.#perSecond, at: now };
      this.#buckets.set(keyId, full);
      return full;
    }
    // A clock that is set back gives nothing.
    const elapsed = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(this.#perSecond, bucket.tokens + (elapsed * this.#perSecond) / 1000);
    bucket.at = now;
    return bucket;
  }
}
