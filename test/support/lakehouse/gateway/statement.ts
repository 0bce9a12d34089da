import { parseSparkType } from '../arrow/spark-type.ts';
import type { ResultColumn } from '../arrow/batch.ts';
import { readAllText, type SparkSession, type SparkStatement } from '../spark/spark-session.ts';
import type { ColumnDesc, Parameter } from '../thrift/messages.ts';
import { bindParameters } from './parameters.ts';
import { type NativeTypes, resultColumn, typeOfColumn } from './result-types.ts';

/** What to run. */
export interface StatementRequest {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
  readonly native: NativeTypes;
}

/** A statement that has begun in the engine, and how to read its columns. */
export interface BegunStatement {
  readonly statement: SparkStatement;
  readonly columns: readonly ResultColumn[];
}

/** Instants of nested values in UTC and in full, so that no session setting changes what is read. */
const JSON_OPTIONS = [
  "'ignoreNullFields', 'false'",
  "'timeZone', 'UTC'",
  "'timestampFormat', 'yyyy-MM-dd\\'T\\'HH:mm:ss.SSSSSSXXX'",
  "'timestampNTZFormat', 'yyyy-MM-dd\\'T\\'HH:mm:ss.SSSSSS'",
].join(', ');

/**
 * Runs a statement up to its first row. Spark's server sends instants as text without a zone and nested values as text
 * that cannot be read back, so a query with such columns is run again with these columns as microseconds and JSON; the
 * first run has read no rows by then. `track` is told each statement as it begins, so that a cancel finds it; it throws
 * when the cancel came first.
 */
export async function beginStatement(
  session: SparkSession,
  request: StatementRequest,
  track: (statement: SparkStatement) => Promise<void>,
): Promise<BegunStatement> {
  const start = async (sql: string): Promise<SparkStatement> => {
    const statement = await session.start(bindParameters(sql, request.parameters));
    await track(statement);
    await statement.finished();
    return statement;
  };
  const statement = await start(request.sql);
  const described = await statement.schema().catch(() => undefined);
  const plain = described && readPlainColumns(described, request.native);
  if (plain !== undefined) return { statement, columns: plain };
  if (described !== undefined && !isQuery(request.sql))
    return { statement, columns: described.map(commandColumn) };
  await statement.close();
  const columns = await describeQuery(start, request);
  const asItIs = columns.every((column) => column.from === 'value');
  return { statement: await start(asItIs ? request.sql : wrapQuery(request.sql, columns)), columns };
}

/** True for what may stand in a FROM clause. */
function isQuery(sql: string): boolean {
  const start = sql.replace(/^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/|\()+/, '');
  return /^(?:SELECT|WITH|VALUES|FROM|TABLE)\b/i.test(start);
}

/** The columns, if the engine's own description of them is enough; undefined where they must be asked for. */
function readPlainColumns(
  described: readonly ColumnDesc[],
  native: NativeTypes,
): readonly ResultColumn[] | undefined {
  const columns: ResultColumn[] = [];
  for (const each of described) {
    const type = typeOfColumn(each);
    if (type === undefined) return undefined;
    columns.push(resultColumn(each.columnName ?? '', type, native));
  }
  return columns;
}

/** The column of a command such as DESCRIBE HISTORY, which no query can wrap: what is not plain stays text. */
function commandColumn(described: ColumnDesc): ResultColumn {
  const type = typeOfColumn(described) ?? { kind: 'string' };
  return { name: described.columnName ?? '', type, asText: false, from: 'value' };
}

async function describeQuery(
  start: (sql: string) => Promise<SparkStatement>,
  request: StatementRequest,
): Promise<readonly ResultColumn[]> {
  const statement = await start(`DESCRIBE QUERY\n${request.sql}`);
  try {
    const rows = await readAllText(statement);
    return rows.map(([name, type]) => resultColumn(name ?? '', parseSparkType(type ?? ''), request.native));
  } finally {
    await statement.close();
  }
}

function wrapQuery(sql: string, columns: readonly ResultColumn[]): string {
  const names = columns.map((_, index) => `c${index}`);
  const list = columns.map((column, index) => {
    const name = names[index] ?? '';
    if (column.from === 'micros') return `unix_micros(${name}) AS ${name}`;
    return column.from === 'json' ? `to_json(${name}, map(${JSON_OPTIONS})) AS ${name}` : name;
  });
  return `SELECT ${list.join(', ')} FROM (\n${sql.replace(/[;\s]+$/, '')}\n) AS q(${names.join(', ')})`;
}
