import { AppError } from '../domain/app-error.ts';
import { missingTable } from './postgres-error.ts';
import type { PostgresLink, PostgresSession } from './postgres-link.ts';
import { invalidSetting } from './postgres-settings.ts';
import { AS_OF_COLUMN, ID_COLUMN, inNoPart, lockKey, type PostgresTable, quote } from './postgres-table.ts';

const TEXTS = ['text', 'character varying'];
const DOCUMENTS = [...TEXTS, 'json', 'jsonb'];
const TIMES = ['timestamp with time zone'];

/**
 * Creates the tables that this app fills, or brings their columns up to date. Columns of parts and identifiers that are no more are dropped
 * with all that is in them: nothing of a customer is kept that is not told.
 * @throws AppError SETTINGS_INVALID where the table is not one that Slipway made
 */
export async function prepareLayout(link: PostgresLink, table: PostgresTable): Promise<void> {
  const session = await link.openSession();
  const run = async (text: string): Promise<void> => {
    await session.run({ text });
  };
  try {
    await run('BEGIN');
    await session.run({
      text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
      values: [lockKey(table, 'commit')],
    });
    const columns = await readColumns(session, table);
    if (columns.size === 0) await createTables(run, table);
    else if (!(await isThere(session, table.parts))) throw foreignTable(table);
    await alterColumns(run, table, [...columns.keys()]);
    await session.run({
      text: `DELETE FROM ${table.parts} WHERE part <> ALL ($1::text[])`,
      values: [table.partIds],
    });
    await run('COMMIT');
  } finally {
    await session.end();
  }
}

/** Checks a synced table. @throws AppError TABLE_MISSING, COLUMN_MISSING, COLUMN_CHANGED */
export async function checkLayout(link: PostgresLink, table: PostgresTable): Promise<void> {
  const columns = await readColumns({ run: (statement) => link.read(statement) }, table);
  if (columns.size === 0) throw missingTable(table.address);
  requireColumn(table, columns, ID_COLUMN, TEXTS);
  requireColumn(table, columns, AS_OF_COLUMN, TIMES);
  for (const column of table.partColumns) requireColumn(table, columns, column, DOCUMENTS);
  for (const column of table.identifiers) requireColumn(table, columns, column, TEXTS);
}

async function createTables(run: (text: string) => Promise<void>, table: PostgresTable): Promise<void> {
  // Ids sort by their bytes, as they do in memory.
  await run(`CREATE TABLE ${table.profiles} (${ID_COLUMN} text COLLATE "C" PRIMARY KEY)`);
  await run(
    `CREATE TABLE IF NOT EXISTS ${table.parts} (part text PRIMARY KEY, as_of timestamptz NOT NULL, customers bigint NOT NULL)`,
  );
  await run(`DELETE FROM ${table.parts}`);
}

async function alterColumns(
  run: (text: string) => Promise<void>,
  table: PostgresTable,
  present: readonly string[],
): Promise<void> {
  const wanted = [...table.partColumns, ...table.identifiers];
  const surplus = present.filter((name) => name !== ID_COLUMN && !wanted.includes(name));
  for (const column of surplus) await run(`ALTER TABLE ${table.profiles} DROP COLUMN ${quote(column)}`);
  for (const column of wanted.filter((name) => !present.includes(name))) {
    await run(`ALTER TABLE ${table.profiles} ADD COLUMN ${quote(column)} text`);
    if (!table.identifiers.includes(column)) continue;
    await run(
      `CREATE INDEX ON ${table.profiles} (${quote(column)}, ${ID_COLUMN}) WHERE ${quote(column)} IS NOT NULL`,
    );
  }
  if (surplus.length > 0) await run(`DELETE FROM ${table.profiles} WHERE ${inNoPart(table)}`);
}

async function isThere(session: PostgresSession, name: string): Promise<boolean> {
  const { rows } = await session.run({ text: 'SELECT to_regclass($1) IS NOT NULL', values: [name] });
  return rows[0]?.[0] === 't';
}

/** Types of the columns by name; empty where there is no such table. */
async function readColumns(
  session: Pick<PostgresSession, 'run'>,
  { profiles }: PostgresTable,
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await session.run({
    text:
      'SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute ' +
      'WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped',
    values: [profiles],
  });
  return new Map(rows.map(([name, type]) => [name ?? '', type ?? '']));
}

function requireColumn(
  { address: { schema, table } }: PostgresTable,
  columns: ReadonlyMap<string, string>,
  name: string,
  types: readonly string[],
): void {
  const type = columns.get(name);
  if (type !== undefined && types.includes(type)) return;
  throw new AppError({
    code: type === undefined ? 'COLUMN_MISSING' : 'COLUMN_CHANGED',
    message:
      type === undefined
        ? `${schema}.${table} has no column “${name}”.`
        : `The column “${name}” of ${schema}.${table} is of the type ${type}.`,
    help: `Sync the table with “${name}” as ${types.join(' or ')}.`,
    retry: 'after-fix',
  });
}

function foreignTable({ address: { schema, table } }: PostgresTable): AppError {
  return invalidSetting(
    'table',
    `${schema}.${table} was not made by Slipway, so it is not written.`,
    'Name a table that is not there yet; Slipway creates it.',
  );
}
