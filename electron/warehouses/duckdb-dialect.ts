import type { Dialect } from '../sql/dialect.ts';
import { parseDuckdbType } from './duckdb-type.ts';

/** DuckDB's SQL, for the sample lakehouse and for files. */
export const duckdbDialect: Dialect = {
  name: 'DuckDB',
  identifierQuote: '"',
  parameterPrefix: '$',
  // DuckDB refuses a catalog named `main`: ATTACH … AS main fails, and a file main.duckdb opens as main_db.
  catalogAliases: { main: 'main_db' },
  castTypes: {
    text: 'VARCHAR',
    bigint: 'BIGINT',
    double: 'DOUBLE',
    boolean: 'BOOLEAN',
    date: 'DATE',
    timestamp: 'TIMESTAMP',
  },
  tryCast: 'TRY_CAST',
  aggregateFilter: true,
  narrowsCustomers: false,
  lists: {
    type: 'VARCHAR[]',
    of: (texts) => `[${texts.join(', ')}]`,
    element: (list, at) => `${list}[${at + 1}]`,
  },
  rowNumber: 'row_number() OVER ()',
  // Its setting preserve_insertion_order, which no statement can change once the engine is locked.
  keepsOrder: true,
  tableFormat: '',
  // Trying out each way to pack texts takes half of the time in which rows of a run are pinned (`npm run bench -- activate`).
  passingTypes: {
    text: 'VARCHAR USING COMPRESSION uncompressed',
    repeated: 'VARCHAR USING COMPRESSION dictionary',
    list: 'VARCHAR[] USING COMPRESSION uncompressed',
  },
  hashes: {
    sha256: (text) => `sha256(${text})`,
    sha1: (text) => `sha1(${text})`,
    md5: (text) => `md5(${text})`,
  },
  // The engine promises its results for one version only; a test holds this name to them.
  rowHash: {
    name: 'duckdb-1',
    of: (columns) => `CAST(hash(${columns.join(', ')}) & 4294967295 AS BIGINT)`,
  },
  functions: {
    anyTrue: 'bool_or',
    // Its max keeps each text in memory of the C library, 50 bytes a group that are not given back when the statement ends.
    greatestText: (text) => `arg_max(${text}, ${text})`,
    listContains: 'list_contains',
    listSize: 'len',
    startsWith: 'starts_with',
    endsWith: 'ends_with',
    pair: (first, second) => `{'t': ${first}, 'v': ${second}}`,
    secondOf: (pair) => `(${pair}).v`,
    json: (value) => `CAST(to_json(${value}) AS VARCHAR)`,
    md5Prefix: (text) => `CAST('0x' || left(md5(${text}), 8) AS BIGINT)`,
  },
  parseType: parseDuckdbType,
};
