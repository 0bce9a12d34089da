import type { DBSQLParameter } from '@databricks/sql';
import type * as driver from '@databricks/sql';
import { decimalShape } from '../domain/scalar.ts';
import type { BindType, BoundValue, ResultColumn } from '../sql/compiled-query.ts';
import { readArrowValue } from './arrow-value.ts';
import type { ResultPart } from './result-part.ts';
import { invalidValue } from './session-acts.ts';
import type { ResultValue } from './warehouse.ts';

/** The driver's module, loaded when the first connection opens. */
export type DatabricksApi = typeof driver;

/** A bound value as it is sent: all travel as text beside their type, so none is rounded. */
type Parameter = ReturnType<DBSQLParameter['toSparkParameter']>;

const TYPES: Readonly<Record<Exclude<BindType, 'decimal'>, string>> = {
  text: 'STRING',
  bigint: 'BIGINT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
};

const MOST_DIGITS = 38;

/** Turns bound values into named parameters. @throws AppError VALUE_INVALID where the server would read another value than was meant */
export function toParameters(api: DatabricksApi, values: Readonly<Record<string, BoundValue>>): Parameter[] {
  return Object.entries(values).map(([name, { type, value }]) => {
    const text = String(value);
    checkText(type, text);
    const parameter = new api.DBSQLParameter({ value: text }).toSparkParameter({ name });
    parameter.type = type === 'decimal' ? decimalType(text) : TYPES[type];
    return parameter;
  });
}

/** A bare DECIMAL has no digits after its point. */
function decimalType(text: string): string {
  const { precision, scale } = decimalShape(text);
  return `DECIMAL(${Math.max(precision, scale, 1)},${scale})`;
}

function checkText(type: BindType, text: string): void {
  switch (type) {
    case 'text':
      // A lone surrogate has no UTF-8 form, and NUL ends text on the way to some servers.
      if (!text.isWellFormed() || text.includes('\u0000')) throw invalidValue('text that can be stored');
      return;
    case 'bigint':
      if (!/^[+-]?\d+$/.test(text) || BigInt(text) !== BigInt.asIntN(64, BigInt(text)))
        throw invalidValue('a whole number of 64 bits');
      return;
    case 'decimal':
      if (!/^[+-]?\d+(\.\d+)?$/.test(text) || decimalShape(text).precision > MOST_DIGITS)
        throw invalidValue('a decimal number of 38 digits');
      return;
    case 'date':
      if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(Date.parse(`${text}T00:00:00Z`)))
        throw invalidValue('a date such as 2026-11-01');
      return;
    case 'timestamp':
      if (
        !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|\+00:?00)$/.test(text) ||
        Number.isNaN(Date.parse(text))
      )
        throw invalidValue('an instant such as 2026-11-01T00:00:00.000Z');
      return;
    case 'double':
    case 'boolean':
      return;
  }
}

/** The rows of a part of a result, in the form all warehouses share. `columns` are the query's own, empty where it names none. */
export function readRows(part: ResultPart, columns: readonly ResultColumn[]): ResultValue[][] {
  const cells = part.columns.map((_, at) => cellReader(part, at, isNested(columns[at])));
  return Array.from({ length: part.rows }, (_, row) => cells.map((read) => read(row)));
}

function cellReader(part: ResultPart, at: number, nested: boolean): (row: number) => ResultValue {
  if (part.kind === 'arrow') {
    const column = part.columns[at];
    if (column === undefined) return () => null;
    if (!nested || column.kind !== 'text') return (row) => readArrowValue(column, row);
    return (row) => parseNested(readArrowValue(column, row));
  }
  const values = part.columns[at];
  return (row) => readPlainValue(values?.[row]);
}

function readPlainValue(value: unknown): ResultValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : null;
}

function isNested(column: ResultColumn | undefined): boolean {
  const kind = column?.type.kind;
  return kind === 'array' || kind === 'struct' || kind === 'map';
}

/** Nested values may come as JSON text, by the server's version. */
function parseNested(value: ResultValue): ResultValue {
  if (typeof value !== 'string') return value;
  try {
    return toResultValue(JSON.parse(value));
  } catch {
    // Not JSON after all: shown as the server gave it.
    return value;
  }
}

function toResultValue(value: unknown): ResultValue {
  if (Array.isArray(value)) return value.map(toResultValue);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toResultValue(each)]));
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
