import type { Dialect } from '../sql/dialect.ts';
import { parseDatabricksType } from './databricks-type.ts';

/** Databricks SQL; open Spark understands it as well. */
export const databricksDialect: Dialect = {
  name: 'Databricks',
  identifierQuote: '`',
  parameterPrefix: ':',
  catalogAliases: {},
  castTypes: {
    text: 'STRING',
    bigint: 'BIGINT',
    double: 'DOUBLE',
    boolean: 'BOOLEAN',
    date: 'DATE',
    timestamp: 'TIMESTAMP',
  },
  tryCast: 'try_cast',
  aggregateFilter: true,
  narrowsCustomers: true,
  lists: {
    type: 'ARRAY<STRING>',
    of: (texts) => `array(${texts.join(', ')})`,
    element: (list, at) => `${list}[${at}]`,
  },
  // Unlike row_number() OVER () it moves no row to another machine; numbers are left out between partitions.
  rowNumber: 'monotonically_increasing_id()',
  keepsOrder: false,
  tableFormat: ' USING DELTA',
  passingTypes: { text: 'STRING', repeated: 'STRING', list: 'ARRAY<STRING>' },
  hashes: {
    sha256: (text) => `sha2(${text}, 256)`,
    sha1: (text) => `sha1(${text})`,
    md5: (text) => `md5(${text})`,
  },
  // A NULL leaves the hash as it is: beside each column stands whether it is one.
  rowHash: {
    name: 'xxhash64',
    of: (columns) =>
      `(xxhash64(${columns.flatMap((column) => [column, `${column} IS NULL`]).join(', ')}) & 4294967295)`,
  },
  functions: {
    anyTrue: 'bool_or',
    greatestText: (text) => `max(${text})`,
    listContains: 'array_contains',
    listSize: 'array_size',
    startsWith: 'startswith',
    endsWith: 'endswith',
    pair: (first, second) => `named_struct('t', ${first}, 'v', ${second})`,
    secondOf: (pair) => `(${pair}).v`,
    json: (value) => `to_json(${value})`,
    md5Prefix: (text) => `CAST(conv(substr(md5(${text}), 1, 8), 16, 10) AS BIGINT)`,
  },
  parseType: parseDatabricksType,
};
