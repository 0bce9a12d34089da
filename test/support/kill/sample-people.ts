import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** A customer of the sample with an e-mail, as the lakehouse has it. */
export interface SamplePerson {
  readonly id: string;
  readonly email: string;
  readonly consents: boolean;
}

/** Customers with an e-mail, read without the app. */
export async function readSamplePeople(home: string): Promise<SamplePerson[]> {
  const rows = await readAll(
    join(home, 'sample', 'retail-small-v1.duckdb'),
    'SELECT CAST(household_key AS VARCHAR), email, coalesce(email_consent, FALSE) FROM retail.households WHERE email IS NOT NULL',
  );
  return rows.map(([id, email, consents]) => ({
    id: String(id),
    email: String(email),
    consents: consents === true,
  }));
}

/** Tables of the state that belong to single runs, read without the app. */
export async function readRunTables(home: string): Promise<string[]> {
  const file = readdirSync(join(home, 'sample')).find((name) => name === 'state-small.duckdb');
  if (file === undefined) return [];
  const rows = await readAll(join(home, 'sample', file), 'SELECT table_name FROM duckdb_tables()');
  return rows.map(([name]) => String(name)).filter((name) => /^slipway_(members|rows|left)_/.test(name));
}

async function readAll(file: string, sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRows();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** An address as vendors match on it; undefined where it is none. */
export function addressOf({ email }: SamplePerson): string | undefined {
  const address = email.trim().toLowerCase();
  return /^[^\s@,;<>()"\\]+@[^\s@.]+(\.[^\s@.]+)+$/.test(address) ? address : undefined;
}

export function sha256(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}
