import {
  type Data,
  Field,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
} from 'apache-arrow';
import { type Column, packedText } from '../thrift/columns.ts';
import { arrowTypeOf } from './arrow-type.ts';
import { nestedData, parseExactJson } from './nested.ts';
import { printSparkType, type SparkType } from './spark-type.ts';
import { parseDays, parseMicros, parseUnscaled, writeDecimal } from './values.ts';

/** A column of a result as the client is to get it. */
export interface ResultColumn {
  readonly name: string;
  readonly type: SparkType;
  /** Sent as the text that the engine wrote, because the client asked for no native type or the engine has none. */
  readonly asText: boolean;
  /** How the engine sends it: `micros` for an instant, `json` for nested values, else as its type says. */
  readonly from: 'value' | 'micros' | 'json';
}

/** An Arrow result split the way Databricks sends it: the schema once, then batches. */
export interface ArrowWriter {
  readonly schema: Buffer;
  write(columns: readonly Column[], rows: number): Buffer;
}

/** Makes the writer of one result. Instants carry `timeZone`, the zone of the session. */
export function openArrowWriter(columns: readonly ResultColumn[], timeZone: string): ArrowWriter {
  const schema = new Schema(
    columns.map((column) => {
      const type = column.asText
        ? arrowTypeOf({ kind: 'string' }, timeZone)
        : arrowTypeOf(column.type, timeZone);
      const sqlName = new Map([['Spark:DataType:SqlName', printSparkType(column.type)]]);
      return new Field(column.name, type, true, sqlName);
    }),
  );
  const only = new RecordBatchStreamWriter();
  only.reset(undefined, schema);
  only.finish();
  const alone = only.toUint8Array(true);
  const head = 8 + Buffer.from(alone).readInt32LE(4);
  return {
    schema: Buffer.from(alone.subarray(0, head)),
    write: (values, rows) => {
      const children = columns.map((column, index) =>
        columnData(column, values[index] ?? {}, rows, timeZone),
      );
      const struct = makeData({ type: new Struct(schema.fields), length: rows, nullCount: 0, children });
      const batch = new RecordBatch(schema, struct);
      const stream = RecordBatchStreamWriter.writeAll([batch]).toUint8Array(true);
      // A stream is the schema, the batch and an end mark of eight bytes.
      return Buffer.from(stream.subarray(head, stream.length - 8));
    },
  };
}

interface Values {
  readonly values: ArrayLike<number | bigint> | { offsets: Int32Array; bytes: Buffer };
  readonly nulls: Buffer;
}

function valuesOf(column: Column): Values {
  const { boolVal, byteVal, i16Val, i32Val, i64Val, doubleVal, stringVal, binaryVal } = column;
  const found = boolVal ?? byteVal ?? i16Val ?? i32Val ?? i64Val ?? doubleVal ?? stringVal ?? binaryVal;
  if (found?.values === undefined) throw new TypeError('The engine sent a column without values.');
  return { values: found.values, nulls: found.nulls ?? Buffer.alloc(0) };
}

function columnData(column: ResultColumn, engine: Column, rows: number, timeZone: string): Data {
  const { values, nulls } = valuesOf(engine);
  const { nullBitmap, nullCount } = invert(nulls, rows);
  const type: SparkType = column.asText ? { kind: 'string' } : column.type;
  const base = { type: arrowTypeOf(type, timeZone), length: rows, nullCount, nullBitmap };
  if (!('offsets' in values)) return makeData({ ...base, data: fixed(type, values) } as never);
  const { offsets, bytes } = values;
  const isNull = (row: number) => ((nulls[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
  const read = <T>(empty: T, parse: (text: string) => T) =>
    Array.from({ length: rows }, (_, row) => (isNull(row) ? empty : parse(packedText(values, row))));
  if (column.from === 'json' && !column.asText && type.kind !== 'variant') {
    return nestedData(type, read<unknown>(null, parseExactJson), timeZone);
  }
  switch (type.kind) {
    case 'date':
      return makeData({ ...base, data: Int32Array.from(read(0, parseDays)) } as never);
    case 'timestamp':
    case 'timestamp_ntz':
      return makeData({ ...base, data: BigInt64Array.from(read(0n, parseMicros)) } as never);
    case 'decimal': {
      const words = new BigUint64Array(rows * 2);
      read(0n, (text) => parseUnscaled(text, type.scale)).forEach((unscaled, row) => {
        writeDecimal(words, row, unscaled);
      });
      return makeData({ ...base, data: new Uint32Array(words.buffer) } as never);
    }
    default:
      return makeData({ ...base, valueOffsets: offsets, data: bytes } as never);
  }
}

function fixed(type: SparkType, values: ArrayLike<number | bigint>): ArrayBufferView {
  if (type.kind === 'boolean') {
    const bits = new Uint8Array(Math.ceil(values.length / 8));
    for (let row = 0; row < values.length; row += 1) {
      if (values[row] !== 0) bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
    }
    return bits;
  }
  if (values instanceof Float64Array && type.kind === 'float') return Float32Array.from(values);
  if (ArrayBuffer.isView(values)) return values;
  throw new TypeError(`The engine sent no array for ${type.kind}.`);
}

/** Spark marks NULLs, Arrow marks what is there. */
function invert(nulls: Buffer, rows: number): { nullBitmap: Uint8Array; nullCount: number } {
  const nullBitmap = new Uint8Array(Math.ceil(rows / 8));
  let nullCount = 0;
  for (let row = 0; row < rows; row += 1) {
    const isNull = ((nulls[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
    if (isNull) nullCount += 1;
    else nullBitmap[row >> 3] = (nullBitmap[row >> 3] ?? 0) | (1 << (row & 7));
  }
  return { nullBitmap, nullCount };
}
