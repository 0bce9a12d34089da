import { describe, expect, it } from 'vitest';
import { AppError, cancelled } from '../../../electron/domain/app-error.ts';
import type { SchemaGap, TableMetadata } from '../../../electron/domain/catalog.ts';
import {
  type MetadataReader,
  discoverTables,
  readTableColumns,
} from '../../../electron/warehouses/databricks-discovery.ts';
import type { DiscoverOptions } from '../../../electron/warehouses/warehouse.ts';

/** A row of getColumns, as the driver gives it. */
function column(schema: string, table: string, name: string, type: string, position: number): object {
  return {
    TABLE_CAT: 'main',
    TABLE_SCHEM: schema,
    TABLE_NAME: table,
    COLUMN_NAME: name,
    TYPE_NAME: type,
    ORDINAL_POSITION: position,
    IS_NULLABLE: 'YES',
    REMARKS: name === 'id' ? 'The key' : '',
  };
}

function tableRow(schema: string, table: string, type: string): object {
  return {
    TABLE_CAT: 'main',
    TABLE_SCHEM: schema,
    TABLE_NAME: table,
    TABLE_TYPE: type,
    REMARKS: null,
  };
}

const denied = new AppError({
  code: 'PERMISSION_DENIED',
  message: 'The account may not use it.',
  help: 'Grant it.',
  retry: 'after-fix',
});

interface Lake {
  readonly catalogs?: string[];
  readonly schemas?: string[];
  readonly tables?: object[];
  readonly chunks?: object[][];
  readonly refuse?: (catalog: string, schema?: string) => AppError | undefined;
}

/** A reader over rows in memory, in the shapes that the driver gives. */
function readerOf(lake: Lake): MetadataReader & { readonly calls: string[] } {
  const calls: string[] = [];
  const check = (catalog: string, schema?: string): void => {
    const refusal = lake.refuse?.(catalog, schema);
    if (refusal !== undefined) throw refusal;
  };
  return {
    calls,
    catalogs: async () => (lake.catalogs ?? ['main']).map((name) => ({ TABLE_CAT: name })),
    schemas: async (catalog) => {
      calls.push(`schemas ${catalog}`);
      check(catalog);
      return (lake.schemas ?? ['retail']).map((name) => ({ TABLE_SCHEM: name }));
    },
    tables: async (catalog, schema) => {
      calls.push(`tables ${catalog}.${schema}`);
      check(catalog, schema);
      return (lake.tables ?? []).filter((row) => JSON.stringify(row).includes(`"TABLE_SCHEM":"${schema}"`));
    },
    columns: async function* (catalog, schema, table) {
      calls.push(`columns ${catalog}.${schema}${table === undefined ? '' : `.${table}`}`);
      for (const chunk of lake.chunks ?? []) yield chunk;
    },
    mapError: async (error) => {
      if (error instanceof AppError) return error;
      throw error;
    },
  };
}

async function discover(
  reader: MetadataReader,
  options: DiscoverOptions = {},
): Promise<{ tables: TableMetadata[]; gaps: SchemaGap[] }> {
  const tables: TableMetadata[] = [];
  const gaps: SchemaGap[] = [];
  for await (const table of discoverTables(reader, undefined, { ...options, onGap: (gap) => gaps.push(gap) }))
    tables.push(table);
  return { tables, gaps };
}

describe('discovery by the metadata calls of Databricks', () => {
  it('reads types, comments and views, and joins the columns of a table across chunks', async () => {
    const types = ['DECIMAL(38,18)', 'TIMESTAMP', 'TIMESTAMP_NTZ', 'DATE', 'BINARY', 'VARIANT'];
    const nested = ['ARRAY<STRING>', 'MAP<STRING,INT>', 'STRUCT<city:STRING,zip:STRING>'];
    const all = [...types, ...nested].map((type, at) => column('retail', 'wide', `c${at}`, type, at + 1));
    const reader = readerOf({
      tables: [tableRow('retail', 'people', 'VIEW'), tableRow('retail', 'wide', 'TABLE')],
      chunks: [[column('retail', 'people', 'id', 'BIGINT', 1), ...all.slice(0, 4)], all.slice(4)],
    });
    const { tables, gaps } = await discover(reader);
    expect(gaps).toEqual([]);
    expect(tables.map(({ path, kind }) => [path.table, kind])).toEqual([
      ['people', 'view'],
      ['wide', 'table'],
    ]);
    expect(tables[0]?.columns).toEqual([
      {
        name: 'id',
        type: { kind: 'integer', native: 'BIGINT', bits: 64 },
        nullable: true,
        comment: 'The key',
      },
    ]);
    expect(tables[1]?.columns.map((each) => each.type.kind)).toEqual([
      'decimal',
      'timestamp',
      'timestamp',
      'date',
      'binary',
      'variant',
      'array',
      'map',
      'struct',
    ]);
  });

  it('reads a table as a whole where its columns come in pieces', async () => {
    const rows = [
      column('retail', 'a', 'id', 'INT', 1),
      column('retail', 'b', 'id', 'INT', 1),
      column('retail', 'a', 'name', 'STRING', 2),
    ];
    const reader = readerOf({
      tables: [tableRow('retail', 'a', 'TABLE'), tableRow('retail', 'b', 'TABLE')],
      chunks: [rows],
    });
    const { tables } = await discover(reader);
    const last = new Map(tables.map((table) => [table.path.table, table.columns.map((each) => each.name)]));
    expect(Object.fromEntries(last)).toEqual({ a: ['id', 'name'], b: ['id'] });
    expect(reader.calls.filter((call) => call.startsWith('columns'))).toEqual([
      'columns main.retail',
      'columns main.retail.a',
    ]);
  });

  it('goes on past catalogs and schemas that may not be read, and names the missing grant', async () => {
    const reader = readerOf({
      catalogs: ['closed', 'main', 'system'],
      schemas: ['bare', 'finance', 'information_schema', 'retail'],
      tables: [tableRow('retail', 'people', 'TABLE')],
      chunks: [[column('retail', 'people', 'id', 'BIGINT', 1)]],
      refuse: (catalog, schema) => (catalog === 'closed' || schema === 'finance' ? denied : undefined),
    });
    const { tables, gaps } = await discover(reader);
    expect(tables.map((each) => each.path.table)).toEqual(['people']);
    expect(gaps).toEqual([
      { catalog: 'closed', reason: 'denied', privilege: 'USE CATALOG' },
      { catalog: 'main', schema: 'bare', reason: 'empty', privilege: 'SELECT' },
      { catalog: 'main', schema: 'finance', reason: 'denied', privilege: 'USE SCHEMA' },
    ]);
    expect(reader.calls.join()).not.toMatch(/information_schema|system/);
  });

  it('stops where the failure is not of one place', async () => {
    const lost = new AppError({ ...denied.toShape(), code: 'HOST_UNREACHABLE' });
    await expect(discover(readerOf({ refuse: () => lost }))).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
    });
  });

  it('stops at a cancel between two tables', async () => {
    const cancel = new AbortController();
    const reader = readerOf({
      tables: [tableRow('retail', 'a', 'TABLE'), tableRow('retail', 'b', 'TABLE')],
      chunks: [[column('retail', 'a', 'id', 'INT', 1), column('retail', 'b', 'id', 'INT', 1)]],
    });
    const seen: string[] = [];
    const read = async (): Promise<void> => {
      for await (const table of discoverTables(reader, undefined, { signal: cancel.signal })) {
        seen.push(table.path.table);
        cancel.abort();
      }
    };
    await expect(read()).rejects.toMatchObject({ code: cancelled().code });
    expect(seen).toEqual(['a']);
  });

  it('compares names exactly, although the server reads them as patterns', async () => {
    const reader = readerOf({
      chunks: [[column('retail', 'a_b', 'id', 'INT', 1), column('retail', 'axb', 'other', 'INT', 1)]],
    });
    const columns = await readTableColumns(reader, { catalog: 'main', schema: 'retail', table: 'a_b' });
    expect(columns.map((each) => each.name)).toEqual(['id']);
  });
});
