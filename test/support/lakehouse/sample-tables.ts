import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  cpSync,
} from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';
import { sampleFileName, type SampleSize } from '../../../electron/sample/sample-size.ts';
import { sample } from '../../../electron/warehouses/sample.ts';
import { quoteName, quoteText } from './gateway/parameters.ts';
import type { SparkSession } from './spark/spark-session.ts';

/** Where the sample is in the lakehouse. */
const SCHEMA = 'spark_catalog.retail';

/** Changes when the tables are written in another way, so that older ones are made again. */
const LAYOUT = 'delta-1';

const SampleTable = z.object({
  name: z.string(),
  comment: z.string().nullable(),
  /** The statement of a view; null for a table. */
  view: z.string().nullable(),
  columns: z.array(z.object({ name: z.string(), type: z.string(), comment: z.string().nullable() })),
});
type SampleTable = z.infer<typeof SampleTable>;

const Named = z.object({ name: z.string(), comment: z.string().nullable(), sql: z.string().nullable() });
const DuckdbColumn = z.object({
  table_name: z.string(),
  column_name: z.string(),
  data_type: z.string(),
  comment: z.string().nullable(),
});

/**
 * Puts the sample of a size into the lakehouse as Delta tables. They are made once and kept in `cache`; a small sample
 * is copied into `folder`, so that whoever writes to it spoils it for this run only. Gives the names of what a reader
 * needs: the catalog, the schema, and every table and view.
 */
export async function createSampleTables(
  spark: SparkSession,
  size: SampleSize,
  cache: string,
  folder: string,
): Promise<readonly string[]> {
  const kept = join(cache, `${sampleFileName(size).replace(/\.duckdb$/, '')}-${LAYOUT}`);
  if (!existsSync(kept)) await makeDeltaTables(spark, size, cache, kept);
  const tables = z.array(SampleTable).parse(JSON.parse(readFileSync(join(kept, 'tables.json'), 'utf8')));
  let source = kept;
  if (size === 'small') {
    source = join(folder, 'retail');
    cpSync(kept, source, { recursive: true });
  }
  await spark.readRows(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
  for (const table of tables) {
    const path = `${SCHEMA}.${quoteName(table.name)}`;
    if (table.view === null) {
      await spark.readRows(
        `CREATE TABLE ${path} USING delta${commentOf(table.comment)} LOCATION ${quoteText(join(source, table.name))}`,
      );
    } else {
      const columns = table.columns
        .map(({ name, comment }) => quoteName(name) + commentOf(comment))
        .join(', ');
      await spark.readRows(`CREATE VIEW ${path} (${columns})${commentOf(table.comment)} AS ${table.view}`);
    }
  }
  return ['spark_catalog', SCHEMA, ...tables.map((table) => `${SCHEMA}.${table.name}`)];
}

async function makeDeltaTables(
  spark: SparkSession,
  size: SampleSize,
  cache: string,
  kept: string,
): Promise<void> {
  console.error(`Writing the ${size} sample as Delta tables (once)…`);
  const work = mkdtempSync(join(cache, 'delta-'));
  try {
    const parquet = join(work, 'parquet');
    const target = join(work, 'tables');
    mkdirSync(parquet);
    const tables = await writeParquet(size, cache, parquet);
    for (const table of tables) {
      if (table.view !== null) continue;
      const columns = table.columns.map(
        ({ name, type, comment }) => `${quoteName(name)} ${type}${commentOf(comment)}`,
      );
      // Named by its path: the catalog is to forget it, and a later run names the place where it is then.
      const path = `delta.${quoteName(join(target, table.name))}`;
      await spark.readRows(
        `CREATE TABLE ${path} (${columns.join(', ')}) USING delta${commentOf(table.comment)}`,
      );
      const file = quoteName(join(parquet, `${table.name}.parquet`));
      await spark.readRows(`INSERT INTO ${path} SELECT * FROM parquet.${file}`);
    }
    writeFileSync(join(target, 'tables.json'), JSON.stringify(tables, null, 2));
    renameSync(target, kept);
  } catch (error) {
    // A second lakehouse at the same time may have been quicker.
    if (!existsSync(kept)) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Makes the sample with DuckDB and writes each table as Parquet; tells what the tables are. */
async function writeParquet(size: SampleSize, cache: string, folder: string): Promise<SampleTable[]> {
  const made = await sample.open({ settings: { size }, secrets: {}, home: cache });
  await made.close();
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(`SET TimeZone = 'UTC'`);
    await connection.run(`ATTACH '${join(cache, 'sample', sampleFileName(size))}' AS main_db (READ_ONLY)`);
    const read = async <T>(row: z.ZodType<T>, sql: string) =>
      z.array(row).parse((await connection.runAndReadAll(sql)).getRowObjectsJson());
    const from = "WHERE database_name = 'main_db' AND schema_name = 'retail'";
    const tables = await read(
      Named,
      `SELECT table_name AS name, comment, NULL AS sql FROM duckdb_tables() ${from} ORDER BY name`,
    );
    const views = await read(
      Named,
      `SELECT view_name AS name, comment, sql FROM duckdb_views() ${from} ORDER BY name`,
    );
    const columns = await read(
      DuckdbColumn,
      `SELECT table_name, column_name, data_type, comment FROM duckdb_columns() ${from} ORDER BY table_name, column_index`,
    );
    for (const { name } of tables) {
      await connection.run(`COPY main_db.retail."${name}" TO '${join(folder, name)}.parquet'`);
    }
    return [...tables, ...views].map(({ name, comment, sql }) => ({
      name,
      comment,
      view: sql === null ? null : selectOf(sql),
      columns: columns
        .filter((column) => column.table_name === name)
        .map((column) => ({
          name: column.column_name,
          type: sparkTypeOf(column.data_type),
          comment: column.comment,
        })),
    }));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The query of a view, over the tables of the lakehouse. */
function selectOf(sql: string): string {
  return sql
    .replace(/^[\s\S]*?\bAS\b\s*(?=SELECT)/i, '')
    .replace(/;\s*$/, '')
    .replaceAll(/\b(?:main_db\.)?retail\./g, `${SCHEMA}.`);
}

/** The Spark type of a DuckDB type; throws at one that the sample has not had so far. */
function sparkTypeOf(type: string): string {
  const list = /^(.*)\[\]$/.exec(type);
  if (list !== null) return `ARRAY<${sparkTypeOf(list[1] ?? '')}>`;
  const struct = /^STRUCT\((.*)\)$/.exec(type);
  if (struct !== null) {
    const fields = (struct[1] ?? '').split(', ').map((field) => {
      const [, name = '', inner = ''] = /^"?(\w+)"? (.*)$/.exec(field) ?? [];
      return `${name}: ${sparkTypeOf(inner)}`;
    });
    return `STRUCT<${fields.join(', ')}>`;
  }
  if (type.startsWith('DECIMAL(')) return type;
  const spark = PLAIN[type];
  if (spark === undefined) throw new Error(`The sample has a column of type ${type}.`);
  return spark;
}

const PLAIN: Readonly<Record<string, string>> = {
  BOOLEAN: 'BOOLEAN',
  INTEGER: 'INT',
  BIGINT: 'BIGINT',
  DOUBLE: 'DOUBLE',
  VARCHAR: 'STRING',
  DATE: 'DATE',
  TIMESTAMP: 'TIMESTAMP_NTZ',
  'TIMESTAMP WITH TIME ZONE': 'TIMESTAMP',
};

function commentOf(comment: string | null): string {
  return comment === null ? '' : ` COMMENT ${quoteText(comment)}`;
}
