/** A setup step that cannot go on: what happened, why, and the next act of the person at the terminal. */
export class SetupError extends Error {
  constructor(what, why, next) {
    super(what);
    this.why = why;
    this.next = next;
  }

  /** The three lines to print. */
  describe() {
    return `${this.message}\n  Why:  ${this.why}\n  Next: ${this.next}`;
  }
}
