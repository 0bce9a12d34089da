/** Items that lie ready for a slow reader: one is read while the next is made. */
const MOST_READY = 2;

/** Hands items from one that makes them to one that reads them, a few at a time, in order. */
export class Handover<T> {
  readonly #ready: T[] = [];
  #isOver = false;
  #wakeMaker: (() => void) | undefined;
  #wakeReader: (() => void) | undefined;

  /** Gives an item, then waits while the reader has enough; an abort ends the wait. */
  async put(item: T, signal: AbortSignal): Promise<void> {
    this.#ready.push(item);
    this.#wakeReader?.();
    if (this.#ready.length < MOST_READY || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        this.#wakeMaker = undefined;
        resolve();
      };
      this.#wakeMaker = wake;
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  /** No item comes after those that were put. */
  finish(): void {
    this.#isOver = true;
    this.#wakeReader?.();
  }

  /** The next item, as soon as there is one; undefined after the last. */
  async take(): Promise<T | undefined> {
    while (this.#ready.length === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
      this.#wakeReader = undefined;
    }
    const item = this.#ready.shift();
    this.#wakeMaker?.();
    return item;
  }
}
