/** What a reader throws at bytes that are no Thrift message, or only a part of one. */
export class ThriftError extends Error {
  override readonly name = 'ThriftError';
}

/** Reads the primitives of Thrift's binary protocol, front to back. Throws `ThriftError` past the end. */
export class BinaryReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** A view of the next `length` bytes; it shares memory with the message. */
  take(length: number): Buffer {
    if (length < 0 || this.#position + length > this.#bytes.length) {
      throw new ThriftError(`A message of ${this.#bytes.length} bytes ends too early.`);
    }
    const start = this.#position;
    this.#position += length;
    return this.#bytes.subarray(start, this.#position);
  }

  byte(): number {
    return this.take(1).readInt8();
  }

  i16(): number {
    return this.take(2).readInt16BE();
  }

  i32(): number {
    return this.take(4).readInt32BE();
  }

  i64(): bigint {
    return this.take(8).readBigInt64BE();
  }

  double(): number {
    return this.take(8).readDoubleBE();
  }

  binary(): Buffer {
    return this.take(this.i32());
  }

  string(): string {
    return this.binary().toString('utf8');
  }
}

/** Writes the primitives of Thrift's binary protocol into one growing buffer. */
export class BinaryWriter {
  #bytes = Buffer.allocUnsafe(4096);
  #length = 0;

  /** Reserves `length` bytes; they must be filled at once, before the next write. */
  reserve(length: number): { bytes: Buffer; at: number } {
    const at = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#length, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, at);
      this.#bytes = grown;
    }
    return { bytes: this.#bytes, at };
  }

  byte(value: number): void {
    const { bytes, at } = this.reserve(1);
    bytes.writeInt8(value, at);
  }

  i16(value: number): void {
    const { bytes, at } = this.reserve(2);
    bytes.writeInt16BE(value, at);
  }

  i32(value: number): void {
    const { bytes, at } = this.reserve(4);
    bytes.writeInt32BE(value, at);
  }

  i64(value: bigint): void {
    const { bytes, at } = this.reserve(8);
    bytes.writeBigInt64BE(value, at);
  }

  double(value: number): void {
    const { bytes, at } = this.reserve(8);
    bytes.writeDoubleBE(value, at);
  }

  binary(value: Uint8Array): void {
    this.i32(value.length);
    const { bytes, at } = this.reserve(value.length);
    bytes.set(value, at);
  }

  string(value: string): void {
    this.binary(Buffer.from(value, 'utf8'));
  }

  /** All that was written, without a copy. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}
