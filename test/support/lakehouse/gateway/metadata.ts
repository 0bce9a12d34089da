import { parseSparkType, printSparkType, type SparkType } from '../arrow/spark-type.ts';
import { readAllText, type SparkSession } from '../spark/spark-session.ts';
import type { RequestOf } from '../thrift/messages.ts';
import type { Grants } from './grants.ts';
import { type MetadataColumns, metadataResult, type MetadataRow } from './metadata-rows.ts';
import { quoteName } from './parameters.ts';
import type { Result } from './result.ts';
import type { Session } from './session.ts';

/** The calls that list metadata, with the numbers of their kinds of operation. */
export const METADATA_TYPES = {
  GetTypeInfo: 1,
  GetCatalogs: 2,
  GetSchemas: 3,
  GetTables: 4,
  GetTableTypes: 5,
  GetColumns: 6,
  GetFunctions: 7,
  GetPrimaryKeys: 8,
  GetCrossReference: 8,
} as const;
export type MetadataName = keyof typeof METADATA_TYPES;

/** The one catalog that the engine's own metadata calls know; they leave its name out. */
const SESSION_CATALOG = 'spark_catalog';

/** Tables described at the same time. */
const TABLES_AT_ONCE = 4;

const TABLE_SHAPE: MetadataColumns = {
  TABLE_CAT: 'text',
  TABLE_SCHEM: 'text',
  TABLE_NAME: 'text',
  TABLE_TYPE: 'text',
  REMARKS: 'text',
  TYPE_CAT: 'text',
  TYPE_SCHEM: 'text',
  TYPE_NAME: 'text',
  SELF_REFERENCING_COL_NAME: 'text',
  REF_GENERATION: 'text',
};

const COLUMN_SHAPE: MetadataColumns = {
  TABLE_CAT: 'text',
  TABLE_SCHEM: 'text',
  TABLE_NAME: 'text',
  COLUMN_NAME: 'text',
  DATA_TYPE: 'int',
  TYPE_NAME: 'text',
  COLUMN_SIZE: 'int',
  BUFFER_LENGTH: 'int',
  DECIMAL_DIGITS: 'int',
  NUM_PREC_RADIX: 'int',
  NULLABLE: 'int',
  REMARKS: 'text',
  COLUMN_DEF: 'text',
  SQL_DATA_TYPE: 'int',
  SQL_DATETIME_SUB: 'int',
  CHAR_OCTET_LENGTH: 'int',
  ORDINAL_POSITION: 'int',
  IS_NULLABLE: 'text',
  SCOPE_CATALOG: 'text',
  SCOPE_SCHEMA: 'text',
  SCOPE_TABLE: 'text',
  SOURCE_DATA_TYPE: 'int',
  IS_AUTO_INCREMENT: 'text',
};

/** Types by their number in JDBC. */
const JDBC_TYPES: Readonly<Partial<Record<SparkType['kind'], number>>> = {
  boolean: 16,
  tinyint: -6,
  smallint: 5,
  int: 4,
  bigint: -5,
  float: 6,
  double: 8,
  decimal: 3,
  string: 12,
  binary: -2,
  date: 91,
  timestamp: 93,
  timestamp_ntz: 93,
  array: 2003,
  map: 2000,
  struct: 2002,
};

/** What a metadata call may ask for; each call knows some of it. */
export type MetadataRequest = RequestOf<'GetColumns'> & RequestOf<'GetTables'>;

/** Answers one of the metadata calls. A user sees what is granted, and the way to it. */
export async function listMetadata(
  name: MetadataName,
  session: Session,
  grants: Grants,
  request: MetadataRequest,
): Promise<Result> {
  const sees = (object: string) => grants.allows(session.user, object);
  switch (name) {
    case 'GetCatalogs':
      return metadataResult(
        { TABLE_CAT: 'text' },
        (await listCatalogs(session)).filter(sees).map((catalog) => ({ TABLE_CAT: catalog })),
      );
    case 'GetSchemas': {
      const schemas = await listSchemas(session, request);
      const seen = schemas.filter(({ catalog, schema }) => sees(catalog) && sees(`${catalog}.${schema}`));
      return metadataResult(
        { TABLE_SCHEM: 'text', TABLE_CATALOG: 'text' },
        seen.map(({ catalog, schema }) => ({ TABLE_SCHEM: schema, TABLE_CATALOG: catalog })),
      );
    }
    case 'GetTables': {
      const tables = await listTables(session, request, sees);
      const types = request.tableTypes;
      const wanted = tables.filter(
        ({ type }) => types === undefined || types.length === 0 || types.includes(type),
      );
      return metadataResult(
        TABLE_SHAPE,
        wanted.map((table) => ({
          TABLE_CAT: SESSION_CATALOG,
          TABLE_SCHEM: table.schema,
          TABLE_NAME: table.table,
          TABLE_TYPE: table.type,
          REMARKS: table.comment,
        })),
      );
    }
    case 'GetColumns':
      return metadataResult(COLUMN_SHAPE, await listColumns(session, request, sees));
    case 'GetTableTypes':
      return metadataResult({ TABLE_TYPE: 'text' }, [{ TABLE_TYPE: 'TABLE' }, { TABLE_TYPE: 'VIEW' }]);
    case 'GetTypeInfo':
      return metadataResult(
        { TYPE_NAME: 'text', DATA_TYPE: 'int' },
        Object.entries(JDBC_TYPES).map(([kind, type]) => ({
          TYPE_NAME: kind.toUpperCase(),
          DATA_TYPE: type,
        })),
      );
    case 'GetFunctions':
      return metadataResult({ FUNCTION_CAT: 'text', FUNCTION_SCHEM: 'text', FUNCTION_NAME: 'text' }, []);
    case 'GetPrimaryKeys':
    case 'GetCrossReference':
      // Open Spark keeps no keys.
      return metadataResult(
        { TABLE_CAT: 'text', TABLE_SCHEM: 'text', TABLE_NAME: 'text', COLUMN_NAME: 'text' },
        [],
      );
  }
}

async function listCatalogs(session: Session): Promise<string[]> {
  const rows = await session.spark.readRows('SHOW CATALOGS');
  return rows.flatMap(([name]) => name ?? []);
}

async function listSchemas(
  session: Session,
  request: MetadataRequest,
): Promise<{ catalog: string; schema: string }[]> {
  const matches = likePattern(request.schemaName);
  const isHere = likePattern(request.catalogName);
  if (!isHere(SESSION_CATALOG)) return [];
  const rows = await listRows(session.spark, 'GetSchemas', { schemaName: '%' });
  return rows
    .flatMap(([schema]) => schema ?? [])
    .filter((schema) => schema !== 'global_temp' && matches(schema))
    .map((schema) => ({ catalog: SESSION_CATALOG, schema }));
}

interface ListedTable {
  readonly schema: string;
  readonly table: string;
  readonly type: string;
  readonly comment: string;
}

async function listTables(
  session: Session,
  request: MetadataRequest,
  sees: (object: string) => boolean,
): Promise<ListedTable[]> {
  const [isHere, inSchema, matches] = [request.catalogName, request.schemaName, request.tableName].map(
    likePattern,
  );
  if (isHere?.(SESSION_CATALOG) !== true) return [];
  const rows = await listRows(session.spark, 'GetTables', { schemaName: '%', tableName: '%' });
  return rows
    .map(([, schema, table, type, comment]) => ({
      schema: schema ?? '',
      table: table ?? '',
      type: type ?? 'TABLE',
      comment: comment ?? '',
    }))
    .filter(({ schema, table }) => inSchema?.(schema) === true && matches?.(table) === true)
    .filter(({ schema, table }) =>
      [SESSION_CATALOG, `${SESSION_CATALOG}.${schema}`, `${SESSION_CATALOG}.${schema}.${table}`].every(sees),
    );
}

async function listColumns(
  session: Session,
  request: MetadataRequest,
  sees: (object: string) => boolean,
): Promise<MetadataRow[]> {
  const tables = await listTables(session, request, sees);
  const matches = likePattern(request.columnName);
  const described = new Map<ListedTable, MetadataRow[]>();
  const next = tables.values();
  const work = async (): Promise<void> => {
    for (const table of next) described.set(table, await describeTable(session.spark, table));
  };
  await Promise.all(Array.from({ length: TABLES_AT_ONCE }, work));
  return tables
    .flatMap((table) => described.get(table) ?? [])
    .filter((row) => matches(String(row['COLUMN_NAME'])));
}

/** The engine's own call fails at a VARIANT and says no precision, so each table is described. */
async function describeTable(spark: SparkSession, { schema, table }: ListedTable): Promise<MetadataRow[]> {
  const path = [SESSION_CATALOG, schema, table].map(quoteName).join('.');
  const rows = await spark.readRows(`DESCRIBE TABLE ${path}`);
  const end = rows.findIndex(([name]) => name === '' || name?.startsWith('# ') === true);
  return (end < 0 ? rows : rows.slice(0, end)).map(([name, typeText, comment], index) => {
    const type = parseSparkType(typeText ?? '');
    return {
      TABLE_CAT: SESSION_CATALOG,
      TABLE_SCHEM: schema,
      TABLE_NAME: table,
      COLUMN_NAME: name ?? '',
      DATA_TYPE: JDBC_TYPES[type.kind] ?? 1111,
      TYPE_NAME: printSparkType(type),
      COLUMN_SIZE: type.kind === 'decimal' ? type.precision : null,
      DECIMAL_DIGITS: type.kind === 'decimal' ? type.scale : null,
      NUM_PREC_RADIX: type.kind === 'decimal' ? 10 : null,
      NULLABLE: 1,
      REMARKS: comment ?? '',
      ORDINAL_POSITION: index,
      IS_NULLABLE: 'YES',
      IS_AUTO_INCREMENT: 'NO',
    };
  });
}

async function listRows(
  spark: SparkSession,
  name: 'GetSchemas' | 'GetTables',
  request: Readonly<Record<string, unknown>>,
): Promise<(string | null)[][]> {
  const statement = await spark.list(name, request);
  try {
    return await readAllText(statement);
  } finally {
    await statement.close();
  }
}

/** A test of names by a pattern of JDBC: `%` is any text, `_` any character, a backslash takes their meaning away. */
function likePattern(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined || pattern === '') return () => true;
  const source = pattern.replace(
    /\\([\s\S])|([%_])|([^\w\s])/g,
    (_all, escaped?: string, wild?: string, other?: string) => {
      if (wild !== undefined) return wild === '%' ? '.*' : '.';
      return (escaped ?? other ?? '').replace(/[^\w\s]/g, '\\$&');
    },
  );
  const test = new RegExp(`^${source}$`, 'is');
  return (name) => test.test(name);
}
