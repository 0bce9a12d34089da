import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { throwIfCancelled } from '../domain/app-error.ts';
import type { ColumnMetadata, TableMetadata } from '../domain/catalog.ts';
import type { TablePath } from '../domain/table-path.ts';
import { duckdbDialect } from './duckdb-dialect.ts';
import { parseDuckdbType } from './duckdb-type.ts';
import type { ActOptions } from './warehouse.ts';

const TABLES = `
SELECT database_name, schema_name, table_name, 'table' AS kind, comment, estimated_size
FROM duckdb_tables() WHERE NOT internal AND NOT temporary AND list_contains(string_split($catalogs, chr(10)), database_name)
UNION ALL
SELECT database_name, schema_name, view_name, 'view', comment, NULL
FROM duckdb_views() WHERE NOT internal AND NOT temporary AND list_contains(string_split($catalogs, chr(10)), database_name)
ORDER BY 1, 2, 3`;

const COLUMNS = `
SELECT database_name, schema_name, table_name, column_name, data_type, is_nullable, comment
FROM duckdb_columns() WHERE NOT internal AND list_contains(string_split($catalogs, chr(10)), database_name)
ORDER BY 1, 2, 3, column_index`;

const TABLE_COLUMNS = `
SELECT database_name, schema_name, table_name, column_name, data_type, is_nullable, comment
FROM duckdb_columns() WHERE database_name = $catalog AND schema_name = $schema AND table_name = $table
ORDER BY column_index`;

/**
 * Reads the metadata of all tables in these catalogs (the engine's names) with two queries, whatever their number. DuckDB knows the rows of
 * its own tables exactly; `fileRows` lends those of views over files, by `schema` and `table`.
 */
export async function* discoverTables(
  connection: DuckDBConnection,
  catalogs: readonly string[],
  fileRows: (schema: string, table: string) => number | undefined,
  options: ActOptions,
): AsyncGenerator<TableMetadata> {
  const values = { catalogs: catalogs.join('\n') };
  const asOf = new Date().toISOString();
  const tables = await connection.runAndReadAll(TABLES, values);
  const columns = readRows(connection, COLUMNS, values);
  let column = await columns.next();
  const rows = tables.getRows();
  for (const [at, row] of rows.entries()) {
    const [catalog, schema, table, kind, comment, size] = row;
    throwIfCancelled(options.signal);
    const own: ColumnMetadata[] = [];
    while (column.done !== true && sameTable(column.value, row)) {
      own.push(readColumn(column.value));
      column = await columns.next();
    }
    const known = typeof size === 'bigint' ? Number(size) : fileRows(String(schema), String(table));
    options.onProgress?.({ text: 'Reading metadata', fraction: (at + 1) / rows.length, rows: at + 1 });
    yield {
      path: { catalog: forPeople(String(catalog)), schema: String(schema), table: String(table) },
      kind: kind === 'view' ? 'view' : 'table',
      ...(typeof comment === 'string' && comment !== '' ? { comment } : {}),
      columns: own,
      ...(known === undefined ? {} : { rowCount: { rows: known, from: 'metadata' as const, asOf } }),
      asOf,
    };
  }
}

/** The columns of one table, in order; empty where there is no such table. */
export async function readTableColumns(
  connection: DuckDBConnection,
  path: TablePath,
): Promise<ColumnMetadata[]> {
  const catalog = duckdbDialect.catalogAliases[path.catalog] ?? path.catalog;
  const reader = await connection.runAndReadAll(TABLE_COLUMNS, {
    catalog,
    schema: path.schema,
    table: path.table,
  });
  return reader.getRows().map(readColumn);
}

async function* readRows(
  connection: DuckDBConnection,
  sql: string,
  values: Record<string, DuckDBValue>,
): AsyncGenerator<DuckDBValue[]> {
  const result = await connection.stream(sql, values);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield* chunk.getRows();
  }
}

function sameTable(left: readonly DuckDBValue[], right: readonly DuckDBValue[]): boolean {
  return left[0] === right[0] && left[1] === right[1] && left[2] === right[2];
}

function readColumn(row: readonly DuckDBValue[]): ColumnMetadata {
  const [, , , name, type, nullable, comment] = row;
  return {
    name: String(name),
    type: parseDuckdbType(String(type)),
    nullable: nullable === true,
    ...(typeof comment === 'string' && comment !== '' ? { comment } : {}),
  };
}

/** The name that people know a catalog by. */
function forPeople(catalog: string): string {
  const alias = Object.entries(duckdbDialect.catalogAliases).find(([, engine]) => engine === catalog);
  return alias?.[0] ?? catalog;
}
