import type { OpenStoreRequest } from './profile-store-kind.ts';
import { IDENTIFIER_PART } from './profile-store.ts';
import { invalidSetting, type PostgresAddress } from './postgres-settings.ts';

/** The table with the profiles: names are quoted as they stand in a statement. */
export interface PostgresTable {
  readonly address: PostgresAddress;
  /** The table with the customers: `"public"."slipway_profiles"`. */
  readonly profiles: string;
  /** The table that says as of when parts are. */
  readonly parts: string;
  readonly partIds: readonly string[];
  /** The plain name of the column of each part. */
  readonly partColumns: readonly string[];
  /** The plain name of the column of each identifier: its own. */
  readonly identifiers: readonly string[];
}

export const ID_COLUMN = 'customer_id';
export const AS_OF_COLUMN = 'as_of';

/** PostgreSQL cuts longer names off. */
const NAME_BYTES = 63;

/** The names of the columns. @throws AppError SETTINGS_INVALID where two of them are the same, or one is too long */
export function nameTable(
  address: PostgresAddress,
  { parts, identifiers }: Pick<OpenStoreRequest, 'parts' | 'identifiers'>,
): PostgresTable {
  const partColumns = parts.map((id) => id.replaceAll('-', '_'));
  const names = [ID_COLUMN, AS_OF_COLUMN, ...partColumns, ...identifiers];
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw invalidSetting(
      'table',
      `Two columns of the table would be called “${twice}”.`,
      'Rename a part or an identifier: parts, identifiers, customer_id and as_of are columns of one table.',
    );
  }
  const long = names.find((name) => name.length > NAME_BYTES);
  if (long !== undefined) {
    throw invalidSetting(
      'table',
      `“${long}” is too long for a column of PostgreSQL.`,
      `Give the part an id of ${NAME_BYTES} letters at most.`,
    );
  }
  const { schema, table } = address;
  return {
    address,
    profiles: `${quote(schema)}.${quote(table)}`,
    parts: `${quote(schema)}.${quote(`${table}_parts`)}`,
    partIds: parts,
    partColumns,
    identifiers,
  };
}

/** A name as it stands in a statement. All names were checked before: quotes are doubled all the same. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The columns that an intake of a part writes. */
export function writtenColumns(table: PostgresTable, part: number): string[] {
  const column = table.partColumns[part] ?? '';
  return [column, ...(part === IDENTIFIER_PART ? table.identifiers : [])].map(quote);
}

/** A condition: the customer is in no part. */
export function inNoPart(table: PostgresTable): string {
  return table.partColumns.map((column) => `${quote(column)} IS NULL`).join(' AND ') || 'TRUE';
}

/** The key of a lock between all who fill this table; `of` says what of it. */
export function lockKey(table: PostgresTable, of: string): string {
  return `slipway ${table.profiles} ${of}`;
}
