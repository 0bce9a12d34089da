const FIRST_BYTES = 64 * 1024;

/**
 * Bytes that grow: text is written where it will be sent from, so that a value of a result costs no string of its own.
 * `bytes` and `length` are open to hot loops; those call `reserve` first.
 */
export class ByteWriter {
  bytes = Buffer.allocUnsafe(FIRST_BYTES);
  length = 0;

  /** Makes room for this many more bytes. */
  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + more));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  /** Writes one byte. */
  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length] = value;
    this.length += 1;
  }

  /** Writes text of the characters below 128 only. */
  ascii(text: string): void {
    this.reserve(text.length);
    // Short texts are the rule here as well.
    if (text.length < 24) {
      for (let at = 0; at < text.length; at += 1) this.bytes[this.length + at] = text.charCodeAt(at);
      this.length += text.length;
    } else {
      this.length += this.bytes.write(text, this.length, 'latin1');
    }
  }

  /** Writes text as UTF-8. */
  text(text: string): void {
    this.reserve(text.length * 3);
    this.length += this.bytes.write(text, this.length, 'utf8');
  }

  /** Writes a part of other bytes. */
  copy(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    // Short values are the rule: a loop is quicker than a call for them.
    if (end - start < 24) {
      for (let at = start, to = this.length; at < end; at += 1, to += 1) this.bytes[to] = source[at] ?? 0;
    } else {
      this.bytes.set(source.subarray(start, end), this.length);
    }
    this.length += end - start;
  }

  /** Writes a whole number with at least `width` digits, zeros first. It is not negative and below 2^53. */
  digits(value: number, width = 1): void {
    let size = width;
    for (let limit = 10 ** width; value >= limit; limit *= 10) size += 1;
    this.reserve(size);
    let rest = value;
    for (let at = this.length + size - 1; at >= this.length; at -= 1) {
      const next = Math.floor(rest / 10);
      this.bytes[at] = 48 + (rest - next * 10);
      rest = next;
    }
    this.length += size;
  }

  /** Writes a number of two digits, zeros first, then a sign. */
  pair(value: number, sign: number): void {
    this.reserve(3);
    const tens = (value / 10) | 0;
    this.bytes[this.length] = 48 + tens;
    this.bytes[this.length + 1] = 48 + (value - tens * 10);
    this.bytes[this.length + 2] = sign;
    this.length += 3;
  }

  /** A copy of what was written; the writer is empty then and keeps its room. */
  take(): Buffer {
    const taken = Buffer.from(this.bytes.subarray(0, this.length));
    this.length = 0;
    return taken;
  }
}
