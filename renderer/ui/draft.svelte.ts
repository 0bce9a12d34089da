/** How long changes of one field count as one step of undo, in milliseconds. */
const TYPING_MS = 1000;
/** The most steps that can be undone. */
const MOST_STEPS = 200;

/**
 * An immutable document in an editor, with undo and redo. Changes of one field in quick succession, such as typing,
 * are one step.
 */
export class Draft<T> {
  #value: T;
  #saved: T;
  #past = $state.raw<readonly T[]>([]);
  #future = $state.raw<readonly T[]>([]);
  #field: string | undefined;
  #changedAt = 0;
  readonly #isSame: (left: T, right: T) => boolean;

  readonly canUndo = $derived(this.#past.length > 0);
  readonly canRedo = $derived(this.#future.length > 0);
  /** True while the document differs from what is saved. */
  readonly isChanged = $derived.by(() => !this.#isSame(this.#value, this.#saved));

  /** Starts from a saved document. `isSame` says which differences matter; without it, every one. */
  constructor(initial: T, isSame: (left: T, right: T) => boolean = sameJson) {
    this.#isSame = isSame;
    this.#value = $state.raw(initial);
    this.#saved = $state.raw(initial);
  }

  /** The document as it is now. */
  get value(): T {
    return this.#value;
  }

  /** Takes a step. `field` names what was changed, so that typing into it is one step. */
  change(next: T, field?: string): void {
    const now = performance.now();
    const continues = field !== undefined && field === this.#field && now - this.#changedAt < TYPING_MS;
    if (!continues) this.#past = [...this.#past.slice(1 - MOST_STEPS), this.#value];
    this.#future = [];
    this.#value = next;
    this.#field = field;
    this.#changedAt = now;
  }

  /** Goes one step back; nothing where there is none. */
  undo(): void {
    const previous = this.#past.at(-1);
    if (previous === undefined) return;
    this.#past = this.#past.slice(0, -1);
    this.#future = [this.#value, ...this.#future];
    this.#value = previous;
    this.#field = undefined;
  }

  /** Takes an undone step again; nothing where there is none. */
  redo(): void {
    const [next, ...rest] = this.#future;
    if (next === undefined) return;
    this.#past = [...this.#past, this.#value];
    this.#future = rest;
    this.#value = next;
    this.#field = undefined;
  }

  /** From now on `saved` is the document that is kept; the steps stay. */
  markSaved(saved: T): void {
    this.#saved = saved;
    this.#field = undefined;
  }
}

function sameJson(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}
