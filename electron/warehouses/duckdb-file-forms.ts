import { unreachable } from '../domain/app-error.ts';
import type { ColumnType } from '../domain/column-type.ts';
import type { FileFormat } from '../domain/run.ts';
import { quoteIdentifier } from '../sql/printer.ts';
import { duckdbDialect } from './duckdb-dialect.ts';

/** A column of a statement, with its type as DuckDB spells and reads it. */
export interface FileColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/**
 * The statement whose result COPY writes: its values in the forms that files of every warehouse have. Instants are ISO 8601 in UTC, nested
 * values of a CSV file are JSON, and JSON has text for what it has no number for. Parquet keeps the types and needs no forms.
 */
export function formatForFile(text: string, columns: readonly FileColumn[], format: FileFormat): string {
  if (format === 'parquet') return text;
  const forms = columns.map(({ type }, at) => {
    const value = `c${at}`;
    if (format === 'jsonl') return jsonForm(value, type, 0);
    return isNested(type) ? `CAST(to_json(${jsonForm(value, type, 0)}) AS VARCHAR)` : textForm(value, type);
  });
  if (forms.every((form, at) => form === `c${at}`)) return text;
  const selected = forms.map((form, at) => `${form} AS ${quote(columns[at]?.name ?? '')}`);
  const places = columns.map((_, at) => `c${at}`);
  return `SELECT\n  ${selected.join(',\n  ')}\nFROM (\n${text}\n) AS result(${places.join(', ')})`;
}

function isNested({ kind }: ColumnType): boolean {
  return kind === 'array' || kind === 'map' || kind === 'struct';
}

/** The value as plain text has it; the expression itself where DuckDB's own text is the form. */
function textForm(value: string, type: ColumnType): string {
  if (type.kind !== 'timestamp') return value;
  const instant = type.zoned ? `(${value} AT TIME ZONE 'UTC')` : value;
  const text = `CAST(${instant} AS VARCHAR)`;
  return `CASE WHEN isfinite(${value}) THEN replace(${text}, ' ', 'T') || 'Z' ELSE ${text} END`;
}

/** The value as JSON has it; the expression itself where DuckDB's own JSON is the form. `depth` keeps the names of lambdas apart. */
function jsonForm(value: string, type: ColumnType, depth: number): string {
  switch (type.kind) {
    case 'timestamp':
      return textForm(value, type);
    case 'float': {
      const name = `CASE WHEN isnan(${value}) THEN 'NaN' WHEN ${value} > 0 THEN 'Infinity' ELSE '-Infinity' END`;
      return `CASE WHEN ${value} IS NULL OR isfinite(${value}) THEN to_json(${value}) ELSE to_json(${name}) END`;
    }
    case 'array': {
      const item = `x${depth}`;
      const form = jsonForm(item, type.element, depth + 1);
      return form === item ? value : `list_transform(${value}, lambda ${item}: ${form})`;
    }
    case 'map': {
      const entry = `x${depth}`;
      const [key, of] = [`${entry}.key`, `${entry}.value`];
      const forms = [textForm(key, type.key), jsonForm(of, type.value, depth + 1)];
      if (forms[0] === key && forms[1] === of) return value;
      const pairs = `list_transform(map_entries(${value}), lambda ${entry}: {'k': ${forms[0]}, 'v': ${forms[1]}})`;
      return `map_from_entries(${pairs})`;
    }
    case 'struct': {
      const fields = type.fields.map(({ name, type: each }) => {
        const field = `${value}.${quote(name)}`;
        return { name, field, form: jsonForm(field, each, depth) };
      });
      if (fields.every(({ form, field, name }) => form === field || name === '')) return value;
      const packed = fields.map(({ name, form }) => `${quote(name)} := ${form}`).join(', ');
      return `CASE WHEN ${value} IS NULL THEN NULL ELSE struct_pack(${packed}) END`;
    }
    case 'text':
    case 'boolean':
    case 'integer':
    case 'decimal':
    case 'date':
    case 'binary':
    case 'variant':
    case 'other':
      return value;
    default:
      return unreachable(type);
  }
}

function quote(name: string): string {
  return quoteIdentifier(name, duckdbDialect);
}
