import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { composeRules } from '../../electron/domain/composition.ts';
import type { CustomerModel } from '../../electron/domain/model.ts';
import type { Rule, Test } from '../../electron/domain/rule.ts';
import { compileMembers, planAudience } from '../../electron/sql/index.ts';
import { duckdbDialect } from '../../electron/warehouses/duckdb-dialect.ts';
import { duckdb } from '../../electron/warehouses/duckdb.ts';
import { makeTemporaryFolder } from '../support/temporary-folder.ts';

/** Names that would end a quote, a statement or a comment if they were ever read as SQL. */
const HOSTILE = [
  'a"b',
  '""',
  '"; DROP TABLE witness; --',
  'a`b',
  "o'clock",
  'back\\slash',
  '--',
  '/* c */',
  '日本 😀',
  '$p1',
  ':p1',
  'select',
  'a.b',
  ' leading and trailing ',
];

/** Names that no engine stores: refused before anything is sent. */
const REFUSED = ['', 'nul\u0000byte', 'line\nbreak', 'tab\tstop', 'lone\ud800', 'x'.repeat(256)];

function modelOf(name: string): CustomerModel {
  const text = { kind: 'text', native: 'VARCHAR' } as const;
  return {
    customer: {
      label: 'Customer',
      table: { catalog: 'shop', schema: name, table: name },
      idColumn: 'id',
      attributes: [
        { column: 'id', label: 'Id', type: text },
        { column: name, label: 'Hostile', type: text },
      ],
    },
    entities: [],
    traits: [],
  };
}

function queryOf(name: string, test: Test) {
  const rule: Rule = {
    kind: 'condition',
    condition: { kind: 'attribute', entity: 'customer', column: name, test },
  };
  const model = modelOf(name);
  const composition = composeRules([rule], { model, audiences: [] });
  const outputs = [{ kind: 'attribute', entity: 'customer', column: name } as const];
  const plan = planAudience({ model, composition, outputs, asOf: '2026-11-01T00:00:00.000Z' });
  return compileMembers(plan, duckdbDialect);
}

describe('a hostile name of a schema, a table, a column and an output', () => {
  it.each(HOSTILE)('is quoted and reaches the very thing it names: %j', async (name) => {
    const folder = makeTemporaryFolder();
    const path = join(folder, 'shop.duckdb');
    // The test quotes by its own hand, so that the product's quoting is not its own judge.
    const quoted = `"${name.split('"').join('""')}"`;
    const writer = await DuckDBInstance.create(path);
    const connection = await writer.connect();
    await connection.run('CREATE TABLE witness (n INTEGER)');
    await connection.run(`CREATE SCHEMA ${quoted}`);
    await connection.run(`CREATE TABLE ${quoted}.${quoted} (id VARCHAR, ${quoted} VARCHAR)`);
    const text = `'${name.split("'").join("''")}'`;
    await connection.run(`INSERT INTO ${quoted}.${quoted} VALUES ('hit', ${text}), ('miss', 'other')`);
    connection.closeSync();
    writer.closeSync();

    const warehouse = await duckdb.open({ settings: { path }, secrets: {}, home: folder });
    try {
      const query = queryOf(name, { op: 'equals', value: name });
      expect(query.columns.map((column) => column.name)).toEqual(['customer_id', name]);
      expect((await warehouse.query(query)).rows).toEqual([['hit', name]]);
      const columns = await warehouse.describeTable({ catalog: 'shop', schema: name, table: name });
      expect(columns.map((column) => column.name)).toEqual(['id', name]);
      const witness = await warehouse.countRows({ catalog: 'shop', schema: 'main', table: 'witness' });
      expect(witness.rows).toBe(0);
    } finally {
      await warehouse.close();
    }
  });

  it.each(REFUSED)('is refused before a statement is made: %j', (name) => {
    // Without a value, so that nothing but the name can be the reason.
    const act = () => queryOf(name, { op: 'is-not-empty' });
    expect(act).toThrow(expect.objectContaining({ code: 'IDENTIFIER_INVALID' }));
  });
});

describe('a value that no engine stores', () => {
  it.each(['nul\u0000byte', 'lone\ud800'])('is refused before a statement is made: %j', (text) => {
    const act = () => queryOf('city', { op: 'equals', value: text });
    expect(act).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }));
  });
});
