import { z } from 'zod';
import { throwIfCancelled } from '../domain/app-error.ts';
import type { ColumnMetadata, TableMetadata } from '../domain/catalog.ts';
import type { TablePath } from '../domain/table-path.ts';
import { parseDatabricksType } from './databricks-type.ts';
import type { ActOptions } from './warehouse.ts';

/** Reads rows of the driver's metadata calls. A name in them is a pattern, so answers are always compared with the exact name. */
export interface MetadataReader {
  catalogs(): Promise<object[]>;
  schemas(catalog: string): Promise<object[]>;
  tables(catalog: string, schema: string): Promise<object[]>;
  columns(catalog: string, schema: string, table?: string): Promise<object[]>;
}

const text = z.string().nullish();
const CatalogRow = z.object({ TABLE_CAT: z.string() });
const SchemaRow = z.object({ TABLE_SCHEM: z.string() });
const TableRow = z.object({
  TABLE_SCHEM: z.string(),
  TABLE_NAME: z.string(),
  TABLE_TYPE: text,
  REMARKS: text,
});
const ColumnRow = z.object({
  TABLE_SCHEM: z.string(),
  TABLE_NAME: z.string(),
  COLUMN_NAME: z.string(),
  TYPE_NAME: z.string(),
  ORDINAL_POSITION: z.number().nullish(),
  IS_NULLABLE: text,
  REMARKS: text,
});

/** Schemas and catalogs of the system itself: nobody maps a customer to them. */
const SYSTEM = new Set(['information_schema', 'system', '__databricks_internal']);

/** The names of all catalogs that the account sees, or the one given. */
export async function listCatalogs(reader: MetadataReader, only: string | undefined): Promise<string[]> {
  if (only !== undefined) return [only];
  const rows = z.array(CatalogRow).parse(await reader.catalogs());
  return rows.map((row) => row.TABLE_CAT).filter((name) => !SYSTEM.has(name.toLowerCase()));
}

/** Reads the metadata of all tables, schema by schema: two calls each, whatever the number of tables. */
export async function* discoverTables(
  reader: MetadataReader,
  only: string | undefined,
  options: ActOptions,
): AsyncGenerator<TableMetadata> {
  let count = 0;
  for (const catalog of await listCatalogs(reader, only)) {
    const schemas = z.array(SchemaRow).parse(await reader.schemas(catalog));
    for (const { TABLE_SCHEM: schema } of schemas) {
      throwIfCancelled(options.signal);
      if (SYSTEM.has(schema.toLowerCase())) continue;
      options.onProgress?.({ text: `Reading ${catalog}.${schema}`, rows: count });
      for await (const table of readSchema(reader, catalog, schema)) {
        count += 1;
        yield table;
      }
    }
  }
}

async function* readSchema(
  reader: MetadataReader,
  catalog: string,
  schema: string,
): AsyncGenerator<TableMetadata> {
  const tables = z.array(TableRow).parse(await reader.tables(catalog, schema));
  const columns = groupByTable(await reader.columns(catalog, schema), schema);
  const asOf = new Date().toISOString();
  for (const { TABLE_SCHEM, TABLE_NAME, TABLE_TYPE, REMARKS } of tables) {
    if (TABLE_SCHEM !== schema) continue;
    yield {
      path: { catalog, schema, table: TABLE_NAME },
      kind: (TABLE_TYPE ?? '').toUpperCase().includes('VIEW') ? 'view' : 'table',
      ...(REMARKS == null || REMARKS === '' ? {} : { comment: REMARKS }),
      columns: columns.get(TABLE_NAME) ?? [],
      asOf,
    };
  }
}

/** The columns of one table, in order; empty where there is no such table. */
export async function readTableColumns(reader: MetadataReader, path: TablePath): Promise<ColumnMetadata[]> {
  const rows = await reader.columns(path.catalog, path.schema, path.table);
  return groupByTable(rows, path.schema).get(path.table) ?? [];
}

function groupByTable(rows: readonly object[], schema: string): Map<string, ColumnMetadata[]> {
  const parsed = z.array(ColumnRow).parse(rows);
  parsed.sort((left, right) => (left.ORDINAL_POSITION ?? 0) - (right.ORDINAL_POSITION ?? 0));
  const tables = new Map<string, ColumnMetadata[]>();
  for (const row of parsed) {
    if (row.TABLE_SCHEM !== schema) continue;
    const columns = tables.get(row.TABLE_NAME) ?? [];
    columns.push({
      name: row.COLUMN_NAME,
      type: parseDatabricksType(row.TYPE_NAME),
      nullable: row.IS_NULLABLE !== 'NO',
      ...(row.REMARKS == null || row.REMARKS === '' ? {} : { comment: row.REMARKS }),
    });
    tables.set(row.TABLE_NAME, columns);
  }
  return tables;
}
