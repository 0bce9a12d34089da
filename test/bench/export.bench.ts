// A whole audience to a file by the product's export, against DuckDB's own COPY of the same query: CSV and Parquet, the worse counts.
// Ours opens a locked engine of its own for each file; theirs is a plain engine with as many threads, opened anew too so that neither
// finds the table in memory, but with only its COPY timed and with DuckDB's own options.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as duckdb from '@duckdb/node-api';
import { sampleFileName } from '../../electron/sample/sample-size.ts';
import { compileMembers } from '../../electron/sql/index.ts';
import { toDuckdbParameters } from '../../electron/warehouses/duckdb-value.ts';
import { sample } from '../../electron/warehouses/sample.ts';
import { EVERYBODY, PROFILE_AND_SPEND } from './support/everybody.ts';
import { median, report, timeOf } from './support/measure.ts';
import { openSample, planSample } from './support/sample-bench.ts';

const GOAL = 1.25;
const RUNS = 5;
type Format = 'csv' | 'parquet';

const { warehouse, size, home } = await openSample();
const query = compileMembers(planSample(EVERYBODY, PROFILE_AND_SPEND).plan, sample.dialect);
const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
const ourFile = join(folder, 'ours');
const theirFile = join(folder, 'theirs');

async function readThreads(): Promise<number> {
  const text = `SELECT current_setting('threads')`;
  const { rows } = await warehouse.query({ text, values: {}, columns: [] });
  return Number(rows[0]?.[0]);
}

async function copyPlainly(format: Format, threads: number): Promise<{ rows: number; time: number }> {
  const instance = await duckdb.DuckDBInstance.create(':memory:', { threads: String(threads) });
  const connection = await instance.connect();
  await connection.run(`SET TimeZone = 'UTC'`);
  const file = join(home, 'sample', sampleFileName(size));
  await connection.run(`ATTACH '${file.replaceAll("'", "''")}' AS main_db (READ_ONLY)`);
  const { values, types } = toDuckdbParameters(duckdb, query.values);
  let rows = 0;
  const time = await timeOf(async () => {
    const result = await connection.run(
      `COPY (${query.text}) TO '${theirFile}' (FORMAT ${format})`,
      values,
      types,
    );
    rows = Number((await result.getRows())[0]?.[0]);
  });
  connection.closeSync();
  instance.closeSync();
  return { rows, time };
}

async function exportOnce(format: Format): Promise<{ rows: number; time: number }> {
  let rows = 0;
  const time = await timeOf(async () => {
    ({ rows } = await warehouse.exportFile(query, ourFile, format));
  });
  return { rows, time };
}

/** One export each, in either order, since the second finds the disk busy with the first. */
async function comparePair(format: Format, threads: number, oursFirst: boolean): Promise<[number, number]> {
  const first = oursFirst ? await exportOnce(format) : await copyPlainly(format, threads);
  const second = oursFirst ? await copyPlainly(format, threads) : await exportOnce(format);
  const [ours, theirs] = oursFirst ? [first, second] : [second, first];
  // Not the bytes: ours writes instants as ISO 8601, as the export from Databricks does, theirs as DuckDB does.
  const isSame = ours.rows === theirs.rows && ours.rows > 0;
  if (!isSame) throw new Error(`The ${format} files differ: ${ours.rows} and ${theirs.rows} rows.`);
  await rm(ourFile);
  await rm(theirFile);
  return [ours.time, theirs.time];
}

async function compareFormat(format: Format, threads: number) {
  await comparePair(format, threads, true);
  const pairs: [number, number][] = [];
  for (let run = 0; run < RUNS; run += 1) pairs.push(await comparePair(format, threads, run % 2 === 0));
  return {
    ratio: median(pairs.map(([ours, theirs]) => ours / theirs)),
    ours: median(pairs.map(([ours]) => ours)),
    theirs: median(pairs.map(([, theirs]) => theirs)),
  };
}

try {
  const threads = await readThreads();
  const csv = await compareFormat('csv', threads);
  const parquet = await compareFormat('parquet', threads);
  const worse = csv.ratio > parquet.ratio ? csv : parquet;
  const details = {
    csvRatio: csv.ratio,
    csvOurs: csv.ours,
    parquetRatio: parquet.ratio,
    parquetOurs: parquet.ours,
  };
  report({ bench: 'export', ...worse, goal: GOAL, unit: 'ms', size, ...details, threads });
} finally {
  await warehouse.close();
  await rm(folder, { recursive: true, force: true });
}
