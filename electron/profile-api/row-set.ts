/** A set of row numbers from 0 on, a bit for each: 125 KB for a million rows. */
export class RowSet {
  #words = new Uint32Array(64);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(row: number): boolean {
    return ((this.#words[row >>> 5] ?? 0) & (1 << (row & 31))) !== 0;
  }

  add(row: number): void {
    const at = row >>> 5;
    if (at >= this.#words.length) this.#grow(at + 1);
    const word = this.#words[at] ?? 0;
    const bit = 1 << (row & 31);
    if ((word & bit) !== 0) return;
    this.#words[at] = word | bit;
    this.#size += 1;
  }

  delete(row: number): void {
    if (!this.has(row)) return;
    const at = row >>> 5;
    this.#words[at] = (this.#words[at] ?? 0) & ~(1 << (row & 31));
    this.#size -= 1;
  }

  /** The rows in ascending order. A row may be deleted once it was given. */
  rows(): Generator<number> {
    return this.without(new RowSet());
  }

  /** The rows that are not in `other`, in ascending order. */
  *without(other: RowSet): Generator<number> {
    for (let at = 0; at < this.#words.length; at += 1) {
      const word = (this.#words[at] ?? 0) & ~(other.#words[at] ?? 0);
      if (word === 0) continue;
      for (let bit = 0; bit < 32; bit += 1) {
        if ((word & (1 << bit)) !== 0) yield at * 32 + bit;
      }
    }
  }

  #grow(least: number): void {
    const words = new Uint32Array(Math.max(least, this.#words.length * 2));
    words.set(this.#words);
    this.#words = words;
  }
}
