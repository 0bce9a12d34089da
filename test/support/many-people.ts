import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { cacheFolder, fillOnce } from './cache.ts';

/** How many customers the large source has. */
export const PEOPLE = 250_000;

/** A DuckDB database with that many customers (id, email, phone, names), made once into the cache. @returns its path */
export async function peopleFile(): Promise<string> {
  const folder = await fillOnce(
    cacheFolder('test-data'),
    `people-${PEOPLE}-v1`,
    `Making ${PEOPLE} customers for the tests (once)…`,
    async (target) => {
      const instance = await DuckDBInstance.create(join(target, 'people.duckdb'));
      const connection = await instance.connect();
      await connection.run(`CREATE TABLE people AS SELECT
        'c' || range AS id, 'person-' || range || '@example.com' AS email, '+4915' || (100000000 + range) AS phone,
        'Zoë ' || range AS first_name, '東京 “Q” ' || range AS last_name FROM range(${PEOPLE})`);
      connection.closeSync();
      instance.closeSync();
    },
  );
  return join(folder, 'people.duckdb');
}
