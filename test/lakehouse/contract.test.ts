import { inject } from 'vitest';
import { databricks } from '../../electron/warehouses/databricks.ts';
import { describeWarehouse } from '../contract/warehouse.contract.ts';
import { openDatabricks } from './support/open-databricks.ts';

const address = inject('lakehouse');
const STATE = 'slipway_contract_state';

describeWarehouse('Databricks on Spark', {
  kind: databricks,
  hasState: true,
  // Databricks makes Delta tables unless told otherwise; open Spark does not.
  tableFormat: ' USING DELTA',
  open: async () => {
    const warehouse = openDatabricks(address, { settings: { stateSchema: `spark_catalog.${STATE}` } });
    const text = `CREATE SCHEMA IF NOT EXISTS spark_catalog.${STATE}`;
    await warehouse.query({ text, values: {}, columns: [] });
    return warehouse;
  },
  table: {
    path: { catalog: 'spark_catalog', schema: 'retail', table: 'households' },
    columns: ['household_key', 'email'],
    rows: 2_500,
  },
  literals: [
    ['CAST(9223372036854775807 AS BIGINT)', '9223372036854775807'],
    ['-9223372036854775807 - 1', '-9223372036854775808'],
    ['CAST(9007199254740991 AS BIGINT)', 9007199254740991],
    ['CAST(9007199254740993 AS BIGINT)', '9007199254740993'],
    ['CAST(-7 AS TINYINT)', -7],
    ['CAST(1.50 AS DECIMAL(10,2))', '1.50'],
    [
      'CAST(-12345678901234567890.123456789012345678 AS DECIMAL(38,18))',
      '-12345678901234567890.123456789012345678',
    ],
    [`CAST('NaN' AS DOUBLE)`, Number.NaN],
    [`CAST('-Infinity' AS DOUBLE)`, -Infinity],
    ['CAST(0.5 AS FLOAT)', 0.5],
    ['NULL', null],
    [`''`, ''],
    [`DATE '1582-10-15'`, '1582-10-15'],
    [`DATE '0001-01-01'`, '0001-01-01'],
    [`DATE '1969-12-31'`, '1969-12-31'],
    [`TIMESTAMP '1969-12-31 23:59:59.999999'`, '1969-12-31T23:59:59.999999Z'],
    [`TIMESTAMP '2026-11-01 01:00:00+01:00'`, '2026-11-01T00:00:00.000Z'],
    [`TIMESTAMP '9999-12-31 23:59:59.999999'`, '9999-12-31T23:59:59.999999Z'],
    [`TIMESTAMP_NTZ '2026-11-01 00:00:00.5'`, '2026-11-01T00:00:00.500Z'],
    [`date_format(TIMESTAMP '2026-07-01 12:00:00Z', 'HH:mm VV')`, '12:00 UTC'],
    ['array(1, NULL, 3)', [1, null, 3]],
    [`array(TIMESTAMP '2026-11-01 00:00:00.000001Z')`, ['2026-11-01T00:00:00.000001Z']],
    [`named_struct('a', DATE '2026-01-01', 'b', array(1.5))`, { a: '2026-01-01', b: ['1.5'] }],
    [`map('k', 9007199254740993)`, { k: '9007199254740993' }],
    ["map(1, array(map(2, X'AA')))", { 1: [{ 2: 'aa' }] }],
    [`X'AA00'`, 'aa00'],
    [`parse_json('{"a":[1,null]}')`, '{"a":[1,null]}'],
  ],
  longQuery:
    'SELECT count(*) AS n FROM range(10000000) AS a CROSS JOIN range(10000000) AS b WHERE a.id * b.id = 7',
  numbers: (count) => `SELECT id AS n FROM range(${count})`,
  formats: ['csv', 'jsonl', 'parquet'],
});
