/** Numbers of `MessageHeader` in Arrow's format. */
const SCHEMA = 1;
const RECORD_BATCH = 3;

/** Fields of a schema at most, all levels together, and how deep they nest. */
const MOST_FIELDS = 20_000;
const MOST_LEVELS = 64;
const CONTINUATION = -1;

/**
 * Measures the messages of a schema (`schema`) or of record batches before Arrow reads them: its reader trusts the counts in them, and
 * a reply that was damaged on its way makes it loop or fill the memory. Throws where a count or place lies outside of the message.
 */
export function measureMessages(bytes: Uint8Array, kind: 'schema' | 'batch'): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + 4 <= bytes.length) {
    if (view.getInt32(at, true) === CONTINUATION) at += 4;
    const size = view.getInt32(at, true);
    at += 4;
    // A length of nothing ends a stream.
    if (size === 0) return;
    if (size < 0 || at + size > bytes.length) throw new RangeError('the head is cut off');
    const message = new Flat(view, at, at + size);
    const root = message.table(at);
    const header = message.field(root, 2);
    const isExpected = message.byte(root, 1) === (kind === 'schema' ? SCHEMA : RECORD_BATCH);
    if (!isExpected || header === undefined) throw new RangeError('another kind of message');
    const body = message.long(root, 3);
    if (kind === 'schema') measureSchema(message, message.table(header));
    else measureBatch(message, message.table(header));
    at += size;
    if (body < 0 || at + body > bytes.length) throw new RangeError('the body is cut off');
    at += body;
  }
}

function measureBatch(message: Flat, batch: number): void {
  // The rows are held against the buffers later; nodes and buffers are structs of 16 bytes.
  for (const slot of [1, 2]) message.vector(batch, slot, 16);
}

function measureSchema(message: Flat, schema: number): void {
  let left = MOST_FIELDS;
  const visit = (owner: number, slot: number, level: number): void => {
    if (level > MOST_LEVELS) throw new RangeError('too deep');
    for (const place of message.vector(owner, slot, 4)) {
      left -= 1;
      if (left < 0) throw new RangeError('too many fields');
      const field = message.table(place);
      message.vector(field, 6, 4);
      visit(field, 5, level + 1);
    }
  };
  message.vector(schema, 2, 4);
  visit(schema, 1, 0);
}

/** Reads FlatBuffers without leaving a range of bytes. */
class Flat {
  readonly #view: DataView;
  readonly #start: number;
  readonly #end: number;

  constructor(view: DataView, start: number, end: number) {
    this.#view = view;
    this.#start = start;
    this.#end = end;
  }

  /** The table that the offset at this place points to. */
  table(place: number): number {
    return this.#within(place + this.#view.getUint32(this.#within(place, 4), true), 4);
  }

  /** Where a field of a table lies, or undefined where the table leaves it out. */
  field(table: number, slot: number): number | undefined {
    const vtable = this.#within(table - this.#view.getInt32(table, true), 4);
    const size = this.#view.getUint16(vtable, true);
    const entry = 4 + slot * 2;
    if (entry + 2 > size) return undefined;
    const offset = this.#view.getUint16(this.#within(vtable + entry, 2), true);
    return offset === 0 ? undefined : this.#within(table + offset);
  }

  byte(table: number, slot: number): number {
    const place = this.field(table, slot);
    return place === undefined ? 0 : this.#view.getUint8(place);
  }

  long(table: number, slot: number): number {
    const place = this.field(table, slot);
    return place === undefined ? 0 : Number(this.#view.getBigInt64(this.#within(place, 8), true));
  }

  /** The places of a vector's items, which must all lie within the range. */
  vector(table: number, slot: number, itemSize: number): number[] {
    const place = this.field(table, slot);
    if (place === undefined) return [];
    const start = this.table(place);
    const count = this.#view.getUint32(start, true);
    this.#within(start + 4, count * itemSize);
    return Array.from({ length: count }, (_, at) => start + 4 + at * itemSize);
  }

  #within(place: number, size = 1): number {
    if (place < this.#start || place + size > this.#end) throw new RangeError('outside of the message');
    return place;
  }
}
