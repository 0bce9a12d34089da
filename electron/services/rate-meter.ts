/** Samples of the last so many milliseconds make the rate. */
const WINDOW = 10_000;
/** A rate over less than this is chance. */
const SHORTEST = 300;

/** Rows a second over the last seconds. */
export class RateMeter {
  readonly #samples: { readonly at: number; readonly rows: number }[] = [];

  /** Notes how many rows are handled by now. */
  note(rows: number, at = performance.now()): void {
    this.#samples.push({ at, rows });
    while (this.#samples.length > 2 && at - (this.#samples[1]?.at ?? at) > WINDOW) this.#samples.shift();
  }

  /** Rows a second, or undefined while too little is known. */
  rate(): number | undefined {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < SHORTEST) return undefined;
    const rate = ((last.rows - first.rows) * 1000) / (last.at - first.at);
    return rate > 0 ? rate : undefined;
  }
}
