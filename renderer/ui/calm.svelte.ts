/** How long editing rests before what depends on it is asked for, in milliseconds. */
const CALM_MS = 350;

/** A value that is edited, as it was when editing last came to rest. */
export class Calm<T> {
  #value: T;
  readonly #read: () => T;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `read` gives the value as it is now. */
  constructor(read: () => T) {
    this.#read = read;
    this.#value = $state.raw(read());
  }

  get value(): T {
    return this.#value;
  }

  /** Takes the value over once nothing has followed for a while. */
  follow(): void {
    this.stop();
    this.#timer = setTimeout(() => this.settle(), CALM_MS);
  }

  /** Takes the value over as it is. */
  settle(): void {
    this.stop();
    this.#value = this.#read();
  }

  /** Ends the wait. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
