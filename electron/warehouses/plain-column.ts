import { z } from 'zod';
import { bitAt, unreadableResult } from './arrow-column.ts';

const Values = z.object({
  values: z.custom<readonly unknown[]>((value) => Array.isArray(value)),
  nulls: z.instanceof(Uint8Array).nullish(),
});

/** A column as the protocol had it before Arrow: exactly one of these is filled. Metadata calls still answer so. */
const PlainColumn = z.object({
  boolVal: Values.nullish(),
  byteVal: Values.nullish(),
  i16Val: Values.nullish(),
  i32Val: Values.nullish(),
  i64Val: Values.nullish(),
  doubleVal: Values.nullish(),
  stringVal: Values.nullish(),
  binaryVal: Values.nullish(),
});

/** Whole numbers of 64 bits come as objects of eight bytes. */
const Long = z.object({ buffer: z.instanceof(Uint8Array), offset: z.number().default(0) });

/**
 * Reads a result of plain columns: NULLs as null, whole numbers of 64 bits as numbers or beyond ±2^53 as bigints.
 * @throws AppError QUERY_FAILED where it cannot be read
 */
export function readPlainColumns(given: readonly unknown[]): {
  readonly rows: number;
  readonly columns: readonly (readonly unknown[])[];
} {
  const columns = given.map((each) => {
    const parsed = PlainColumn.safeParse(each);
    if (!parsed.success) throw unreadableResult();
    const [filled] = Object.entries(parsed.data).filter(([, value]) => value != null);
    if (filled?.[1] == null) throw unreadableResult();
    const [kind, { values, nulls }] = [filled[0], filled[1]];
    const isMissing = (row: number): boolean => nulls != null && bitAt(nulls, row);
    return values.map((value, row) => (isMissing(row) ? null : kind === 'i64Val' ? readLong(value) : value));
  });
  const rows = columns[0]?.length ?? 0;
  if (columns.some((column) => column.length !== rows)) throw unreadableResult();
  return { rows, columns };
}

function readLong(value: unknown): unknown {
  const parsed = Long.safeParse(value);
  if (!parsed.success) return value;
  const { buffer, offset } = parsed.data;
  if (buffer.length < offset + 8) throw unreadableResult();
  const long = Buffer.from(buffer.buffer, buffer.byteOffset + offset, 8).readBigInt64BE();
  const number = Number(long);
  return Number.isSafeInteger(number) ? number : long;
}
