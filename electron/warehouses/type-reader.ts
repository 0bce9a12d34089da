/** Reads an engine's spelling of a type from left to right. Both engines' grammars are small and nested in the same way. */
export class TypeReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Where the reader is: give it to {@link since} to get the text read from there. */
  get position(): number {
    return this.#at;
  }

  /** The text between an earlier position and this one, without the spaces around it. */
  since(position: number): string {
    return this.#text.slice(position, this.#at).trim();
  }

  /** True when only spaces are left. */
  isAtEnd(): boolean {
    this.#skipSpaces();
    return this.#at >= this.#text.length;
  }

  /** Reads this mark if it is next. */
  take(mark: string): boolean {
    this.#skipSpaces();
    if (!this.#text.startsWith(mark, this.#at)) return false;
    this.#at += mark.length;
    return true;
  }

  /** Reads this mark or fails. */
  expect(mark: string): void {
    if (!this.take(mark)) throw new UnreadableType();
  }

  /** Reads what the pattern matches here (it must be sticky), or gives undefined. */
  match(pattern: RegExp): string | undefined {
    this.#skipSpaces();
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  /** Reads a text between two of `quote`, in which the quote itself is doubled, if one is next. */
  quoted(quote: string): string | undefined {
    if (!this.take(quote)) return undefined;
    let content = '';
    for (;;) {
      const end = this.#text.indexOf(quote, this.#at);
      if (end < 0) throw new UnreadableType();
      content += this.#text.slice(this.#at, end);
      this.#at = end + quote.length;
      if (!this.#text.startsWith(quote, this.#at)) return content;
      content += quote;
      this.#at += quote.length;
    }
  }

  /** Reads a number or fails. */
  number(): number {
    const digits = this.match(/\d+/y);
    if (digits === undefined) throw new UnreadableType();
    return Number(digits);
  }

  #skipSpaces(): void {
    while (this.#text[this.#at] === ' ') this.#at += 1;
  }
}

/** Thrown within a type parser and caught by it: such a type is shown as it is and has no operators. */
export class UnreadableType extends Error {}
