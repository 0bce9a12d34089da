import { z } from 'zod';
import { type AppError, throwIfCancelled } from '../domain/app-error.ts';
import type { ColumnMetadata, SchemaGap, TableMetadata } from '../domain/catalog.ts';
import type { TablePath } from '../domain/table-path.ts';
import { parseDatabricksType } from './databricks-type.ts';
import type { DiscoverOptions } from './warehouse.ts';

/** Reads rows of the driver's metadata calls. A name in them is a pattern, so answers are always compared with the exact name. */
export interface MetadataReader {
  catalogs(): Promise<object[]>;
  schemas(catalog: string): Promise<object[]>;
  tables(catalog: string, schema: string): Promise<object[]>;
  /** In chunks, so that a schema of any width fits in memory. */
  columns(catalog: string, schema: string, table?: string): AsyncIterable<object[]>;
  /** The error for people behind one of the driver. */
  mapError(error: unknown): Promise<AppError>;
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
type ColumnRow = z.infer<typeof ColumnRow>;

/** Schemas and catalogs of the system itself: nobody maps a customer to them. */
const SYSTEM = new Set(['information_schema', 'system', '__databricks_internal', 'global_temp']);

/** Failures of one catalog or schema that do not stop the reading of the others. */
const SKIPPED = new Set(['PERMISSION_DENIED', 'TABLE_MISSING']);

/** The names of all catalogs that the account sees, or the one given. */
export async function listCatalogs(reader: MetadataReader, only: string | undefined): Promise<string[]> {
  if (only !== undefined) return [only];
  const rows = z.array(CatalogRow).parse(await reader.catalogs());
  return rows.map((row) => row.TABLE_CAT).filter((name) => !SYSTEM.has(name.toLowerCase()));
}

/**
 * Reads the metadata of all tables, schema by schema: two calls each, whatever the number of tables. A catalog or schema that may not be
 * read, or shows no table, is told to `onGap` and does not stop the rest.
 */
export async function* discoverTables(
  reader: MetadataReader,
  only: string | undefined,
  options: DiscoverOptions,
): AsyncGenerator<TableMetadata> {
  const places = await listSchemas(reader, only, options);
  let count = 0;
  for (const [at, { catalog, schema }] of places.entries()) {
    throwIfCancelled(options.signal);
    options.onProgress?.({
      text: `Reading ${catalog}.${schema}`,
      fraction: at / places.length,
      rows: count,
    });
    const before = count;
    try {
      for await (const table of readSchema(reader, catalog, schema)) {
        throwIfCancelled(options.signal);
        count += 1;
        yield table;
      }
    } catch (error) {
      await passOver(reader, error, { catalog, schema, reason: 'denied', privilege: 'USE SCHEMA' }, options);
      continue;
    }
    if (count === before) options.onGap?.({ catalog, schema, reason: 'empty', privilege: 'SELECT' });
  }
}

async function listSchemas(
  reader: MetadataReader,
  only: string | undefined,
  options: DiscoverOptions,
): Promise<{ catalog: string; schema: string }[]> {
  const places: { catalog: string; schema: string }[] = [];
  for (const catalog of await listCatalogs(reader, only)) {
    throwIfCancelled(options.signal);
    options.onProgress?.({ text: `Listing the schemas of ${catalog}` });
    try {
      const schemas = z.array(SchemaRow).parse(await reader.schemas(catalog));
      const names = schemas.map((row) => row.TABLE_SCHEM).filter((name) => !SYSTEM.has(name.toLowerCase()));
      places.push(...names.map((schema) => ({ catalog, schema })));
    } catch (error) {
      await passOver(reader, error, { catalog, reason: 'denied', privilege: 'USE CATALOG' }, options);
    }
  }
  return places;
}

/** Tells a gap where the failure is of this place alone. @throws AppError otherwise */
async function passOver(
  reader: MetadataReader,
  error: unknown,
  gap: SchemaGap,
  options: DiscoverOptions,
): Promise<void> {
  const mapped = await reader.mapError(error);
  if (!SKIPPED.has(mapped.code)) throw mapped;
  options.onGap?.(gap);
}

async function* readSchema(
  reader: MetadataReader,
  catalog: string,
  schema: string,
): AsyncGenerator<TableMetadata> {
  const rows = z.array(TableRow).parse(await reader.tables(catalog, schema));
  const waiting = new Map(
    rows.filter((row) => row.TABLE_SCHEM === schema).map((row) => [row.TABLE_NAME, row]),
  );
  const asOf = new Date().toISOString();
  const describe = (row: z.infer<typeof TableRow>, columns: readonly ColumnRow[]): TableMetadata => ({
    path: { catalog, schema, table: row.TABLE_NAME },
    kind: (row.TABLE_TYPE ?? '').toUpperCase().includes('VIEW') ? 'view' : 'table',
    ...(row.REMARKS == null || row.REMARKS === '' ? {} : { comment: row.REMARKS }),
    columns: toColumns(columns),
    asOf,
  });
  const read = new Set<string>();
  const split = new Set<string>();
  for await (const group of groupByTable(reader.columns(catalog, schema), schema)) {
    const name = group[0]?.TABLE_NAME ?? '';
    const row = waiting.get(name);
    if (read.has(name)) split.add(name);
    else if (row !== undefined) {
      read.add(name);
      waiting.delete(name);
      yield describe(row, group);
    }
  }
  // Tables whose columns are not shown to the account.
  for (const row of waiting.values()) yield describe(row, []);
  // The answer is ordered by table on every server seen; where one is not, the table is read again as a whole.
  for (const row of rows.filter((each) => split.has(each.TABLE_NAME) && each.TABLE_SCHEM === schema)) {
    const columns = await readRows(reader, { catalog, schema, table: row.TABLE_NAME });
    yield describe(row, columns);
  }
}

/** The columns of one table, in order; empty where there is no such table. */
export async function readTableColumns(reader: MetadataReader, path: TablePath): Promise<ColumnMetadata[]> {
  return toColumns(await readRows(reader, path));
}

async function readRows(reader: MetadataReader, path: TablePath): Promise<ColumnRow[]> {
  const own: ColumnRow[] = [];
  for await (const group of groupByTable(
    reader.columns(path.catalog, path.schema, path.table),
    path.schema,
  )) {
    if (group[0]?.TABLE_NAME === path.table) own.push(...group);
  }
  return own;
}

/** Joins the rows of a table that follow each other, across chunks. */
async function* groupByTable(chunks: AsyncIterable<object[]>, schema: string): AsyncGenerator<ColumnRow[]> {
  let group: ColumnRow[] = [];
  for await (const chunk of chunks) {
    for (const row of z.array(ColumnRow).parse(chunk)) {
      if (row.TABLE_SCHEM !== schema) continue;
      if (group[0] !== undefined && group[0].TABLE_NAME !== row.TABLE_NAME) {
        yield group;
        group = [];
      }
      group.push(row);
    }
  }
  if (group.length > 0) yield group;
}

function toColumns(rows: readonly ColumnRow[]): ColumnMetadata[] {
  return [...rows]
    .sort((left, right) => (left.ORDINAL_POSITION ?? 0) - (right.ORDINAL_POSITION ?? 0))
    .map((row) => ({
      name: row.COLUMN_NAME,
      type: parseDatabricksType(row.TYPE_NAME),
      nullable: row.IS_NULLABLE !== 'NO',
      ...(row.REMARKS == null || row.REMARKS === '' ? {} : { comment: row.REMARKS }),
    }));
}
