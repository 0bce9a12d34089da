import { unreachable } from '../domain/app-error.ts';
import {
  type ArrowColumn,
  bitAt,
  decimalAt,
  instantAt,
  isMissing,
  longAt,
  mapItems,
} from './arrow-column.ts';
import { formatDay, formatDecimal, formatInstant } from './value-text.ts';
import type { ResultValue } from './warehouse.ts';

/** The value of a column in a row, in the form all warehouses share: see {@link ResultValue}. */
export function readArrowValue(column: ArrowColumn, row: number): ResultValue {
  if (isMissing(column, row)) return null;
  switch (column.kind) {
    case 'void':
      return null;
    case 'boolean':
      return bitAt(column.bits, row);
    case 'integer':
    case 'float':
      return column.values[row] ?? null;
    case 'long': {
      const long = longAt(column.words, row);
      return typeof long === 'number' && Number.isSafeInteger(long) ? long : long.toString();
    }
    case 'decimal':
      return formatDecimal(decimalAt(column.words, row), column.scale);
    case 'day':
      return formatDay(column.days[row] ?? 0);
    case 'instant': {
      const [days, micros] = instantAt(column, row);
      return formatInstant(days, micros);
    }
    case 'text':
      return bytesOf(column, row).toString('utf8');
    case 'bytes':
      return bytesOf(column, row).toString('hex');
    case 'list':
      return mapItems(column.offsets, row, (at) => readArrowValue(column.element, at));
    case 'map':
      return Object.fromEntries(
        mapItems(column.offsets, row, (at) => {
          const key = readArrowValue(column.keys, at);
          const name = key !== null && typeof key === 'object' ? JSON.stringify(key) : String(key);
          return [name, readArrowValue(column.values, at)];
        }),
      );
    case 'struct':
      return Object.fromEntries(
        column.fields.map(({ name, column: field }) => [name, readArrowValue(field, row)]),
      );
    default:
      return unreachable(column);
  }
}

/** The bytes of a text or binary value, in place. */
export function bytesOf(column: ArrowColumn & { readonly kind: 'text' | 'bytes' }, row: number): Buffer {
  const start = column.offsets[row] ?? 0;
  const end = column.offsets[row + 1] ?? 0;
  return Buffer.from(column.bytes.buffer, column.bytes.byteOffset + start, end - start);
}
