import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import type { Client, ClientConfig, Pool, PoolClient } from 'pg';
import { throwIfCancelled } from '../domain/app-error.ts';
import { isBroken, mapPostgresError } from './postgres-error.ts';
import { checkLayout, prepareLayout } from './postgres-layout.ts';
import type { PostgresAnswer, PostgresLink, PostgresSession, PostgresStatement } from './postgres-link.ts';
import {
  invalidSetting,
  POSTGRES_SETTINGS,
  type PostgresAddress,
  readPostgresAddress,
} from './postgres-settings.ts';
import { FilledTable, readSyncedTable } from './postgres-store.ts';
import { nameTable } from './postgres-table.ts';
import type { ProfileStoreKind } from './profile-store-kind.ts';

const CONNECTIONS = 4;
/** Limits in milliseconds. The driver's own is for a server that is gone without a word. */
const CONNECT_LIMIT = 5_000;
const READ_LIMIT = 5_000;
const WRITE_LIMIT = 600_000;
const SILENCE = 2_000;

/** Profiles in a table of PostgreSQL. */
export const postgresProfiles: ProfileStoreKind = {
  kind: 'postgres',
  label: 'PostgreSQL',
  description:
    'Profiles are read from a table of a PostgreSQL server, such as Databricks Lakebase. They stay in that database.',
  settings: POSTGRES_SETTINGS,
  async open({ settings, secrets, signal, ...names }) {
    const address = readPostgresAddress(settings, secrets);
    const table = nameTable(address, names);
    throwIfCancelled(signal);
    const link = await openLink(address);
    const store = address.filledBy === 'sync' ? readSyncedTable(link, table) : new FilledTable(link, table);
    try {
      await (address.filledBy === 'sync' ? checkLayout(link, table) : prepareLayout(link, table));
      await store.look();
      throwIfCancelled(signal);
    } catch (error) {
      await store.close();
      throw error;
    }
    return store;
  },
};

async function openLink(address: PostgresAddress): Promise<PostgresLink> {
  const { default: pg } = await import('pg');
  const config = await configOf(address);
  const pool = new pg.Pool({
    ...config,
    max: CONNECTIONS,
    statement_timeout: READ_LIMIT,
    query_timeout: READ_LIMIT + SILENCE,
  });
  // A connection that breaks while nobody uses it is dropped by the pool; the next act opens another.
  pool.on('error', () => undefined);
  return {
    connections: CONNECTIONS,
    read: (statement) => readTwice(pool, statement, address),
    openSession: () =>
      openSession(
        new pg.Client({ ...config, statement_timeout: WRITE_LIMIT, query_timeout: WRITE_LIMIT + SILENCE }),
        address,
      ),
    close: () => pool.end(),
  };
}

async function configOf(address: PostgresAddress): Promise<ClientConfig> {
  const { host, port, database, user, password, isEncrypted } = address;
  return {
    host,
    port,
    database,
    user,
    password,
    application_name: 'Slipway',
    connectionTimeoutMillis: CONNECT_LIMIT,
    keepAlive: true,
    // All values stay as the server writes them.
    types: { getTypeParser: () => (value: string) => value },
    ssl: isEncrypted ? { rejectUnauthorized: true, ...(await readAuthority(address)) } : false,
  };
}

/** A list of one's own replaces the built-in one, so that is always part of it. @throws AppError SETTINGS_INVALID */
async function readAuthority({ authorityFile }: PostgresAddress): Promise<{ readonly ca?: string[] }> {
  if (authorityFile === undefined) return {};
  const own = await readFile(authorityFile, 'utf8').catch(() => '');
  if (own.includes('-----BEGIN CERTIFICATE-----')) return { ca: [...rootCertificates, own] };
  throw invalidSetting(
    'authority',
    `The file “${authorityFile}” cannot be read, or holds no certificate in PEM form.`,
    'Choose the PEM file of the certificate authority, or leave the field empty.',
  );
}

async function readTwice(
  pool: Pool,
  statement: PostgresStatement,
  address: PostgresAddress,
): Promise<PostgresAnswer> {
  try {
    return await send(pool, statement).catch((error: unknown) => {
      if (isBroken(error)) return send(pool, statement);
      throw error;
    });
  } catch (error) {
    throw mapPostgresError(error, address);
  }
}

async function openSession(client: Client, address: PostgresAddress): Promise<PostgresSession> {
  // The statement under way, or the next one, says so.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw mapPostgresError(error, address);
  }
  return {
    run: (statement) =>
      send(client, statement).catch((error: unknown) => {
        throw mapPostgresError(error, address);
      }),
    end: () => client.end(),
  };
}

async function send(
  to: Pool | Client | PoolClient,
  { name, text, values = [] }: PostgresStatement,
): Promise<PostgresAnswer> {
  const { rows, rowCount } = await to.query<(string | null)[]>({
    ...(name === undefined ? {} : { name }),
    text,
    values: [...values],
    rowMode: 'array',
  });
  return { rows, count: rowCount ?? 0 };
}
