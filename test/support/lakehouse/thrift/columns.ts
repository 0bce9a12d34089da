import type { BinaryReader, BinaryWriter } from './binary.ts';
import { binary, type Codec, readListSize, struct, type ValueOf, WIRE } from './codec.ts';

/** Text or bytes of many rows, one after the other: `offsets[row]` to `offsets[row + 1]`. */
export interface PackedBytes {
  readonly offsets: Int32Array;
  readonly bytes: Buffer;
}

/** The text of one row. */
export function packedText(packed: PackedBytes, row: number): string {
  return packed.bytes.toString('utf8', packed.offsets[row], packed.offsets[row + 1]);
}

/** Numbers of a fixed width as one typed array: a row costs no object, which matters at a million rows. */
function packed<T extends ArrayBufferView>(
  wire: number,
  width: 1 | 2 | 4 | 8,
  view: (bytes: ArrayBuffer) => T,
): Codec<T> {
  return {
    wire: WIRE.list,
    read: (reader) => {
      const size = readListSize(reader, wire);
      const copy = Buffer.alloc(size * width);
      reader.take(size * width).copy(copy);
      swap(copy, width);
      // A buffer of this size may lie inside Node's pool, where its start is not aligned.
      return view(copy.buffer.slice(copy.byteOffset, copy.byteOffset + copy.length));
    },
    write: (writer, values) => {
      writer.byte(wire);
      writer.i32(values.byteLength / width);
      const { bytes, at } = writer.reserve(values.byteLength);
      bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
      swap(bytes.subarray(at, at + values.byteLength), width);
    },
  };
}

/** The wire is big-endian, typed arrays of this machine are little-endian. */
function swap(bytes: Buffer, width: 1 | 2 | 4 | 8): void {
  if (width === 8) bytes.swap64();
  else if (width === 4) bytes.swap32();
  else if (width === 2) bytes.swap16();
}

const packedBytes: Codec<PackedBytes> = {
  wire: WIRE.list,
  read: (reader: BinaryReader) => {
    const size = readListSize(reader, WIRE.string);
    const offsets = new Int32Array(size + 1);
    const parts: Buffer[] = [];
    let end = 0;
    for (let row = 0; row < size; row += 1) {
      const part = reader.binary();
      parts.push(part);
      end += part.length;
      offsets[row + 1] = end;
    }
    return { offsets, bytes: Buffer.concat(parts, end) };
  },
  write: (writer: BinaryWriter, { offsets, bytes }) => {
    writer.byte(WIRE.string);
    writer.i32(offsets.length - 1);
    for (let row = 0; row + 1 < offsets.length; row += 1) {
      writer.binary(bytes.subarray(offsets[row], offsets[row + 1]));
    }
  },
};

const bools = packed(WIRE.bool, 1, (bytes) => new Uint8Array(bytes));
const bytes = packed(WIRE.byte, 1, (each) => new Int8Array(each));
const shorts = packed(WIRE.i16, 2, (each) => new Int16Array(each));
const ints = packed(WIRE.i32, 4, (each) => new Int32Array(each));
const longs = packed(WIRE.i64, 8, (each) => new BigInt64Array(each));
const doubles = packed(WIRE.double, 8, (each) => new Float64Array(each));

const column = <T>(values: Codec<T>) => struct({ values: [1, values], nulls: [2, binary] });

/** A column of values; `nulls` is a bit set, the lowest bit first, a set bit for a NULL. */
export const columnCodec = struct({
  boolVal: [1, column(bools)],
  byteVal: [2, column(bytes)],
  i16Val: [3, column(shorts)],
  i32Val: [4, column(ints)],
  i64Val: [5, column(longs)],
  doubleVal: [6, column(doubles)],
  stringVal: [7, column(packedBytes)],
  binaryVal: [8, column(packedBytes)],
});

/** A column as it travels; exactly one of its fields is there. */
export type Column = ValueOf<typeof columnCodec>;

/** Makes a column of text; NULL where a row is null. */
export function textColumn(rows: readonly (string | null)[]): Column {
  const parts = rows.map((row) => Buffer.from(row ?? '', 'utf8'));
  const offsets = new Int32Array(rows.length + 1);
  let end = 0;
  parts.forEach((part, row) => {
    end += part.length;
    offsets[row + 1] = end;
  });
  return { stringVal: { values: { offsets, bytes: Buffer.concat(parts, end) }, nulls: nullBits(rows) } };
}

/** Makes a column of 32-bit numbers; NULL where a row is null. */
export function intColumn(rows: readonly (number | null)[]): Column {
  return { i32Val: { values: Int32Array.from(rows, (row) => row ?? 0), nulls: nullBits(rows) } };
}

function nullBits(rows: readonly unknown[]): Buffer {
  const bits = Buffer.alloc(Math.ceil(rows.length / 8));
  rows.forEach((row, index) => {
    if (row === null) bits.writeUInt8(bits.readUInt8(index >> 3) | (1 << (index & 7)), index >> 3);
  });
  return bits;
}
