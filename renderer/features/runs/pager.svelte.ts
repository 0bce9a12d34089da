/** Rows of one page of a list. */
export const PAGE_ROWS = 100;
/** One more than a page shows: whether another one follows is known without asking. */
export const ASKED_ROWS = PAGE_ROWS + 1;

/** The pages of a list that is read by cursors: where each begins, and which one is shown. */
export class Pager {
  #starts = $state.raw<readonly (number | undefined)[]>([undefined]);
  /** Counted from 1. */
  number = $derived(this.#starts.length);
  /** What the page shown comes after; undefined for the first one. */
  cursor = $derived(this.#starts.at(-1));

  /** Goes to the page after the row with this cursor. */
  next(cursor: number): void {
    this.#starts = [...this.#starts, cursor];
  }

  /** Goes to the page before. */
  back(): void {
    if (this.#starts.length > 1) this.#starts = this.#starts.slice(0, -1);
  }
}
