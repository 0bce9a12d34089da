import type { LatencySecond } from '../domain/profile-api.ts';

/** How many seconds with a request are kept. */
const KEPT = 300;
/** Times are sorted into classes, each wider than the one before by this factor: percentiles are right to a tenth. */
const GROWTH = 1.1;
const LOG_GROWTH = Math.log(GROWTH);
/** Milliseconds: everything faster is in the first class. */
const FASTEST = 0.005;
const CLASSES = 160;

/** How long requests took, second by second. Memory and time for a request do not grow with the load. */
export class Latency {
  readonly #classes = new Uint32Array(CLASSES);
  #second = 0;
  #requests = 0;
  #errors = 0;
  #ended: LatencySecond[] = [];

  /**
   * Counts one request.
   * @param took milliseconds
   * @param now milliseconds since 1970
   */
  add(took: number, isError: boolean, now: number): void {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#end();
      this.#second = second;
    }
    this.#requests += 1;
    if (isError) this.#errors += 1;
    const place = took <= FASTEST ? 0 : Math.ceil(Math.log(took / FASTEST) / LOG_GROWTH);
    const within = Math.min(place, CLASSES - 1);
    this.#classes[within] = (this.#classes[within] ?? 0) + 1;
  }

  /** The seconds with a request, the oldest first; the one that is going on at `now` is not among them. */
  seconds(now: number): readonly LatencySecond[] {
    if (Math.floor(now / 1000) !== this.#second) this.#end();
    return [...this.#ended];
  }

  #end(): void {
    if (this.#requests === 0) return;
    this.#ended.push({
      at: new Date(this.#second * 1000).toISOString(),
      requests: this.#requests,
      errors: this.#errors,
      p50: this.#percentile(0.5),
      p99: this.#percentile(0.99),
    });
    if (this.#ended.length > KEPT) this.#ended.shift();
    this.#classes.fill(0);
    this.#requests = 0;
    this.#errors = 0;
  }

  /** The upper end of the class that holds it, in milliseconds. */
  #percentile(share: number): number {
    const wanted = Math.ceil(share * this.#requests);
    let seen = 0;
    const place = this.#classes.findIndex((count) => (seen += count) >= wanted);
    return FASTEST * GROWTH ** place;
  }
}
