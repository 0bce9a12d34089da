import type { DBSQLParameter } from '@databricks/sql';
import type * as driver from '@databricks/sql';
import type { ColumnType } from '../domain/column-type.ts';
import type { BindType, BoundValue, ResultColumn } from '../sql/compiled-query.ts';
import type { ResultValue } from './warehouse.ts';

/** The driver's module, loaded when the first connection opens. */
export type DatabricksApi = typeof driver;

const TYPES: Readonly<Record<BindType, keyof typeof driver.DBSQLParameterType>> = {
  text: 'STRING',
  bigint: 'BIGINT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  decimal: 'DECIMAL',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
};

/** Turns bound values into the driver's named parameters. All travel as text beside their type, so none is rounded. */
export function toNamedParameters(
  api: DatabricksApi,
  values: Readonly<Record<string, BoundValue>>,
): Record<string, DBSQLParameter> {
  return Object.fromEntries(
    Object.entries(values).map(([name, { type, value }]) => [
      name,
      new api.DBSQLParameter({ type: api.DBSQLParameterType[TYPES[type]], value: String(value) }),
    ]),
  );
}

/** The values of a row in the order of the query's columns, or in the driver's where the query names none. */
export function readDatabricksRow(row: object, columns: readonly ResultColumn[]): ResultValue[] {
  const cells = new Map<string, unknown>(Object.entries(row));
  if (columns.length === 0) return [...cells.values()].map((cell) => readDatabricksValue(cell, undefined));
  return columns.map(({ name, type }) => readDatabricksValue(cells.get(name), type));
}

/** Reads a value of the driver in the form all warehouses share: see {@link ResultValue}. */
export function readDatabricksValue(value: unknown, type: ColumnType | undefined): ResultValue {
  if (value === null || value === undefined) return null;
  switch (typeof value) {
    case 'string':
      return isNested(type) ? parseNested(value) : value;
    case 'number':
      return type?.kind === 'decimal' ? value.toFixed(type.scale) : value;
    case 'boolean':
      return value;
    case 'bigint': {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : value.toString();
    }
    default:
      break;
  }
  if (value instanceof Date) {
    const text = value.toISOString();
    return type?.kind === 'date' ? text.slice(0, 10) : text;
  }
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (Array.isArray(value)) return value.map((item: unknown) => readDatabricksValue(item, undefined));
  if (typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, readDatabricksValue(each, undefined)]),
    );
  }
  return null;
}

function isNested(type: ColumnType | undefined): boolean {
  return type?.kind === 'array' || type?.kind === 'struct' || type?.kind === 'map';
}

/** Nested values may come as JSON text, by the server's version. */
function parseNested(text: string): ResultValue {
  try {
    return readDatabricksValue(JSON.parse(text), undefined);
  } catch {
    // Not JSON after all: shown as the server gave it.
    return text;
  }
}
