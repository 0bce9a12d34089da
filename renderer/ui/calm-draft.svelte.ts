import { Draft } from './draft.svelte.ts';

/** How long editing rests before what depends on it is asked for, in milliseconds. */
const CALM_MS = 350;

/** A draft that also keeps its document as it was when editing last came to rest: what the engine is asked about. */
export class CalmDraft<T> extends Draft<T> {
  #calm: T;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Starts from a saved document, as a Draft does. */
  constructor(initial: T, isSame?: (left: T, right: T) => boolean) {
    super(initial, isSame);
    this.#calm = $state.raw(initial);
  }

  /** The document some time after the last change. */
  get calm(): T {
    return this.#calm;
  }

  override change(next: T, field?: string): void {
    super.change(next, field);
    this.#follow();
  }

  override undo(): void {
    super.undo();
    this.#follow();
  }

  override redo(): void {
    super.redo();
    this.#follow();
  }

  /** Ends the wait for calm: the document is taken as it is. */
  settle(): void {
    this.stop();
    this.#calm = this.value;
  }

  /** Ends the wait without taking the document. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Takes the document once nothing has followed for a while. */
  #follow(): void {
    this.stop();
    this.#timer = setTimeout(() => this.settle(), CALM_MS);
  }
}
