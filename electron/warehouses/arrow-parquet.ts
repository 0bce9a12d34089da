import type { ParquetWriter } from 'hyparquet-writer';
import { unreachable } from '../domain/app-error.ts';
import type { ArrowBatch } from './arrow-batches.ts';
import { type ArrowColumn, bitAt, decimalAt, isMissing, longAt, mapItems } from './arrow-column.ts';
import { bytesOf } from './arrow-value.ts';
import type { FilePart } from './row-writer.ts';

/** An element of a Parquet schema: a column, or a part of a nested one. */
type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

/** Rows of one group: readers skip by groups, and the writer holds one in memory. */
const GROUP_ROWS = 50_000;
const DIGITS_OF_64_BITS = 18;

/** A value as the Parquet writer takes it: whole numbers of 64 bits, decimals and instants as bigints. */
type ParquetValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly ParquetValue[]
  | { readonly [name: string]: ParquetValue };

/** Turns the batches of a result into the parts of a Parquet file. `columns` is empty of rows where there are none. */
export async function* writeParquet(
  names: readonly string[],
  empty: readonly ArrowColumn[],
  batches: AsyncIterable<ArrowBatch>,
): AsyncGenerator<FilePart> {
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer');
  const out = new ByteWriter();
  const elements = empty.map((column, at) => toSchema(names[at] ?? '', column));
  const root = { name: 'root', num_children: names.length };
  const writer = new ParquetWriter({ writer: out, schema: [root, ...elements.flat()], createdBy: 'Slipway' });
  let group: ParquetValue[][] = names.map(() => []);
  let rows = 0;

  const drain = (done: number): FilePart => {
    const bytes = Buffer.from(out.getBytes());
    out.index = 0;
    return { rows: done, bytes };
  };
  const writeGroup = async (): Promise<FilePart> => {
    const columnData = names.map((name, at) => ({ name, data: group[at] ?? [], offsetIndex: false }));
    await writer.write({ columnData, rowGroupSize: rows });
    const part = drain(rows);
    group = names.map(() => []);
    rows = 0;
    return part;
  };

  for await (const batch of batches) {
    for (let row = 0; row < batch.rows; row += 1) {
      for (const [at, column] of batch.columns.entries()) group[at]?.push(toParquet(column, row));
      rows += 1;
      if (rows === GROUP_ROWS) yield await writeGroup();
    }
  }
  if (rows > 0) yield await writeGroup();
  await writer.finish();
  yield drain(0);
}

/** The elements of a column's type, itself first, its parts after it. */
function toSchema(name: string, column: ArrowColumn): SchemaElement[] {
  const repetition_type = 'OPTIONAL';
  switch (column.kind) {
    case 'void':
    case 'integer':
      return [{ name, repetition_type, type: 'INT32' }];
    case 'boolean':
      return [{ name, repetition_type, type: 'BOOLEAN' }];
    case 'long':
      return [{ name, repetition_type, type: 'INT64' }];
    case 'float':
      return [{ name, repetition_type, type: column.single ? 'FLOAT' : 'DOUBLE' }];
    case 'decimal': {
      const { precision, scale } = column;
      const size =
        precision <= DIGITS_OF_64_BITS
          ? ({ type: 'INT64' } as const)
          : ({ type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16 } as const);
      return [{ name, repetition_type, converted_type: 'DECIMAL', precision, scale, ...size }];
    }
    case 'day':
      return [{ name, repetition_type, type: 'INT32', converted_type: 'DATE' }];
    case 'instant': {
      const logical_type = { type: 'TIMESTAMP', isAdjustedToUTC: column.zoned, unit: 'MICROS' } as const;
      return [{ name, repetition_type, type: 'INT64', logical_type }];
    }
    case 'text':
      return [{ name, repetition_type, type: 'BYTE_ARRAY', converted_type: 'UTF8' }];
    case 'bytes':
      return [{ name, repetition_type, type: 'BYTE_ARRAY' }];
    case 'list':
      return [
        { name, repetition_type, converted_type: 'LIST', num_children: 1 },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...toSchema('element', column.element),
      ];
    case 'map':
      return [
        { name, repetition_type, converted_type: 'MAP', num_children: 1 },
        { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
        ...toSchema('key', column.keys).map((each, at) =>
          at === 0 ? { ...each, repetition_type: 'REQUIRED' as const } : each,
        ),
        ...toSchema('value', column.values),
      ];
    case 'struct':
      return [
        { name, repetition_type, num_children: column.fields.length },
        ...column.fields.flatMap((field) => toSchema(field.name, field.column)),
      ];
    default:
      return unreachable(column);
  }
}

function toParquet(column: ArrowColumn, row: number): ParquetValue {
  if (isMissing(column, row)) return null;
  switch (column.kind) {
    case 'void':
      return null;
    case 'boolean':
      return bitAt(column.bits, row);
    case 'integer':
    case 'float':
      return column.values[row] ?? null;
    case 'long':
      return BigInt(longAt(column.words, row));
    case 'decimal':
      return decimalAt(column.words, row);
    case 'day':
      return column.days[row] ?? null;
    case 'instant': {
      const since = BigInt(longAt(column.words, row));
      return column.perSecond <= 1_000_000
        ? since * BigInt(1_000_000 / column.perSecond)
        : since / BigInt(column.perSecond / 1_000_000);
    }
    case 'text':
      return bytesOf(column, row).toString('utf8');
    case 'bytes':
      return Uint8Array.from(bytesOf(column, row));
    case 'list':
      return mapItems(column.offsets, row, (at) => toParquet(column.element, at));
    case 'map':
      return mapItems(column.offsets, row, (at) => ({
        key: toParquet(column.keys, at),
        value: toParquet(column.values, at),
      }));
    case 'struct':
      return Object.fromEntries(
        column.fields.map(({ name, column: field }) => [name, toParquet(field, row)]),
      );
    default:
      return unreachable(column);
  }
}
