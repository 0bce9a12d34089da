import type { Column, PackedBytes } from '../thrift/columns.ts';
import type { Chunk } from '../spark/spark-session.ts';

/** The rows of a chunk from one number up to, not including, another. */
export function sliceChunk(chunk: Chunk, from: number, to: number): Chunk {
  if (from === 0 && to >= chunk.rows) return chunk;
  return { rows: to - from, columns: chunk.columns.map((column) => sliceColumn(column, from, to)) };
}

function sliceColumn(column: Column, from: number, to: number): Column {
  const numbers = <T extends { slice(from: number, to: number): T }>(
    each: { values?: T | undefined; nulls?: Buffer | undefined } | undefined,
  ) => each?.values && { values: each.values.slice(from, to), nulls: sliceBits(each.nulls, from, to) };
  const bytes = (each: Column['stringVal']) =>
    each?.values && { values: sliceBytes(each.values, from, to), nulls: sliceBits(each.nulls, from, to) };
  return {
    boolVal: numbers(column.boolVal),
    byteVal: numbers(column.byteVal),
    i16Val: numbers(column.i16Val),
    i32Val: numbers(column.i32Val),
    i64Val: numbers(column.i64Val),
    doubleVal: numbers(column.doubleVal),
    stringVal: bytes(column.stringVal),
    binaryVal: bytes(column.binaryVal),
  };
}

function sliceBytes({ offsets, bytes }: PackedBytes, from: number, to: number): PackedBytes {
  const start = offsets[from] ?? 0;
  return {
    offsets: offsets.slice(from, to + 1).map((offset) => offset - start),
    bytes: bytes.subarray(start, offsets[to]),
  };
}

function sliceBits(bits: Buffer | undefined, from: number, to: number): Buffer {
  const sliced = Buffer.alloc(Math.ceil((to - from) / 8));
  for (let row = from; row < to; row += 1) {
    const isSet = ((bits?.[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
    const at = row - from;
    if (isSet) sliced[at >> 3] = (sliced[at >> 3] ?? 0) | (1 << (at & 7));
  }
  return sliced;
}
