import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { SchemaGap, TableMetadata } from '../../electron/domain/catalog.ts';
import type { GrantRequest } from '../../electron/domain/permission.ts';
import { checkPermissions } from '../../electron/services/permission-check.ts';
import { databricks } from '../../electron/warehouses/databricks.ts';
import type { OpenWarehouse, PermissionReader } from '../../electron/warehouses/warehouse.ts';
import { connectLakehouse } from '../support/lakehouse/lakehouse.ts';
import { openDriver } from './support/driver.ts';
import { openDatabricks } from './support/open-databricks.ts';

const lakehouse = connectLakehouse(inject('lakehouse'));
const SCHEMA = 'slipway_discovery';
const wide = { catalog: 'spark_catalog', schema: SCHEMA, table: 'wide' };
const retail = (table: string) => ({ catalog: 'spark_catalog', schema: 'retail', table });

/** Every type that the product names; VARIANT and TIMESTAMP_NTZ among them. */
const COLUMNS = [
  ['amount', 'DECIMAL(38,18)'],
  ['at', 'TIMESTAMP'],
  ['local', 'TIMESTAMP_NTZ'],
  ['day', 'DATE'],
  ['raw', 'BINARY'],
  ['tags', 'ARRAY<STRING>'],
  ['counts', 'MAP<STRING,INT>'],
  ['address', 'STRUCT<city:STRING,zip:STRING>'],
  ['anything', 'VARIANT'],
] as const;

function open(token: string): OpenWarehouse {
  return openDatabricks(lakehouse, { secrets: { token } });
}

async function discover(warehouse: OpenWarehouse): Promise<{ tables: TableMetadata[]; gaps: SchemaGap[] }> {
  const tables: TableMetadata[] = [];
  const gaps: SchemaGap[] = [];
  for await (const table of warehouse.discover({ onGap: (gap) => gaps.push(gap) })) tables.push(table);
  return { tables, gaps };
}

let owner: OpenWarehouse;
let reader: OpenWarehouse;

beforeAll(async () => {
  await using driver = await openDriver(lakehouse, lakehouse.tokens.owner);
  await driver.rows(`CREATE SCHEMA IF NOT EXISTS spark_catalog.${SCHEMA}`);
  const columns = COLUMNS.map(([name, type]) => `${name} ${type} COMMENT 'about ${name}'`).join(', ');
  await driver.rows(
    `CREATE OR REPLACE TABLE spark_catalog.${SCHEMA}.wide (${columns}) USING DELTA COMMENT 'All types'`,
  );
  owner = open(lakehouse.tokens.owner);
  reader = open(lakehouse.tokens.reader);
});

afterAll(async () => {
  await owner.close();
  await reader.close();
});

function readerOf(warehouse: OpenWarehouse): PermissionReader {
  if (warehouse.permissions === undefined) throw new Error('It tells nothing of permissions.');
  return warehouse.permissions;
}

describe('discovery on Spark', () => {
  it('reads every type, with comments, and leaves system schemas out', async () => {
    const { tables } = await discover(owner);
    const found = tables.find((each) => each.path.schema === SCHEMA && each.path.table === 'wide');
    expect(
      found?.columns.map((column) => [column.name, column.type.native.replaceAll(' ', '').toUpperCase()]),
    ).toEqual(COLUMNS.map(([name, type]) => [name, type.toUpperCase()]));
    expect(found?.columns.map((column) => column.type.kind)).toEqual([
      'decimal',
      'timestamp',
      'timestamp',
      'date',
      'binary',
      'array',
      'map',
      'struct',
      'variant',
    ]);
    expect(found?.columns[0]?.comment).toBe('about amount');
    expect(tables.some((each) => each.path.schema === 'retail')).toBe(true);
    expect(tables.some((each) => each.path.schema.toLowerCase() === 'information_schema')).toBe(false);
    expect(await owner.describeTable(wide)).toEqual(found?.columns);
  });

  it('shows a reader its tables, and names what is closed to it', async () => {
    const { tables, gaps } = await discover(reader);
    expect(new Set(tables.map((each) => each.path.schema))).toEqual(new Set(['retail']));
    expect(gaps.every((gap) => gap.schema !== 'retail')).toBe(true);
  });

  it('reads the size of a table from its log, and a table that is gone says so', async () => {
    const size = await owner.readSize?.(retail('households'));
    expect(size?.bytes).toBeGreaterThan(1_000);
    expect(size?.files).toBeGreaterThan(0);
    await expect(owner.readSize?.(retail('gone'))).rejects.toMatchObject({ code: 'TABLE_MISSING' });
  });
});

describe('permissions on Spark', () => {
  const check = async (warehouse: OpenWarehouse, tables: GrantRequest['tables']): Promise<string[]> => {
    const probes = readerOf(warehouse);
    const principal = { kind: 'user' as const, name: await probes.account() };
    const { findings, excess } = await checkPermissions(
      {
        request: { principal, tables },
        warehouse: 'test',
        reader: probes,
        dialect: databricks.dialect,
        asOf: '2026-11-20T09:30:00.000Z',
      },
      {},
    );
    expect(excess).toBeUndefined();
    return findings.map(({ need, status }) => `${need.privilege} ${status}`);
  };

  it('are held by the owner, found out without writing', async () => {
    await lakehouse.control.clearStatements();
    expect(await check(owner, [{ path: retail('households'), leaveOut: [] }])).toEqual([
      'CAN USE held',
      'USE CATALOG held',
      'USE SCHEMA held',
      'SELECT held',
    ]);
    const asked = (await lakehouse.control.statements()).map((each) => each.sql);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((sql) => !/^\s*(SELECT|SHOW|SET TIME ZONE)\b/i.test(sql))).toEqual([]);
  });

  it('are missing for a reader whose grant was taken back, until it is given again', async () => {
    const tables = [{ path: retail('households'), leaveOut: [] }];
    expect((await check(reader, tables)).at(-1)).toBe('SELECT held');
    await lakehouse.control.revoke('reader', 'spark_catalog.retail.households');
    try {
      expect((await check(reader, tables)).at(-1)).toBe('SELECT missing');
    } finally {
      await lakehouse.control.grant('reader', 'spark_catalog.retail.households');
    }
    expect((await check(reader, tables)).at(-1)).toBe('SELECT held');
  });
});
