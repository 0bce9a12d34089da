import { AppError, unreachable } from '../domain/app-error.ts';
import type { Settings } from '../domain/field-spec.ts';
import {
  type Grant,
  type Need,
  type Privilege,
  type Securable,
  describeSecurable,
} from '../domain/permission.ts';
import { quoteIdentifier, quoteTable } from '../sql/printer.ts';
import { databricksDialect } from './databricks-dialect.ts';
import type { ActOptions, OpenWarehouse, PermissionReader, Probe, ResultValue } from './warehouse.ts';

/** A listing is read as a whole, since it cannot be limited; names are small. */
const MOST_LISTED = 1_000_000;

/** The privileges in the order in which the server asks for them; a refusal names the first that is missing. */
const IN_ORDER: readonly Privilege[] = ['USE CATALOG', 'USE SCHEMA', 'SELECT'];

/**
 * Permissions of Unity Catalog, by statements that only read. `SHOW GRANTS` is of Databricks alone; on open Spark it fails and grants stay
 * unknown. Probes work on both.
 */
export function createPermissionReader(query: OpenWarehouse['query']): PermissionReader {
  const run = async (text: string, options: ActOptions): Promise<readonly (readonly ResultValue[])[]> =>
    (await query({ text, values: {}, columns: [] }, { ...options, maxRows: MOST_LISTED })).rows;

  const listed = async (text: string, found: string, none: Probe, options: ActOptions): Promise<Probe> =>
    (await run(text, options)).length === 0 ? none : { status: 'held', note: found };

  const attempt = (need: Need, options: ActOptions): Promise<Probe> => {
    const { on } = need;
    switch (on.kind) {
      case 'warehouse':
        return listed('SELECT 1', 'A query ran on it.', unknown('No row came back.'), options);
      case 'catalog':
        return listed(
          `SHOW SCHEMAS IN ${quoted(on)}`,
          'Its schemas are listed.',
          { status: 'missing', note: 'No schema of it is shown.' },
          options,
        );
      case 'schema':
        if (need.privilege !== 'USE SCHEMA') {
          return Promise.resolve(unknown('Only grants tell: nothing is written to find out.'));
        }
        return listed(
          `SHOW TABLES IN ${quoted(on)}`,
          'Its tables are listed.',
          unknown('No table of it is shown: it is empty, or closed to the account.'),
          options,
        );
      case 'table':
        return run(`SELECT 1 FROM ${quoted(on)} LIMIT 0`, options).then(() => ({
          status: 'held',
          note: 'A query without rows ran on it.',
        }));
    }
  };

  return {
    async account(options = {}) {
      const [row] = await run('SELECT current_user()', options);
      return readText(row?.[0]);
    },
    async probe(need, options = {}) {
      try {
        return await attempt(need, options);
      } catch (error) {
        return readRefusal(need, error);
      }
    },
    async grants(principal, on, options = {}) {
      if (on.kind === 'warehouse') throw notListed();
      const who = quoteIdentifier(principal, databricksDialect);
      const rows = await run(`SHOW GRANTS ${who} ON ${on.kind.toUpperCase()} ${quoted(on)}`, options);
      return rows.map(readGrant);
    },
  };
}

/** The host name and the warehouse's id of a connection: the last part of its HTTP path. */
export function readCompute(settings: Settings): { readonly host: string; readonly warehouse: string } {
  const [, warehouse = ''] = /\/warehouses\/([A-Za-z0-9-]+)/.exec(String(settings['path'] ?? '')) ?? [];
  return { host: String(settings['host'] ?? ''), warehouse };
}

/** A row of SHOW GRANTS: principal, action, kind of object, object, in the documented order. */
function readGrant(row: readonly ResultValue[]): Grant {
  const [principal, privilege, objectKind, object] = row;
  return {
    principal: readText(principal),
    privilege: readText(privilege),
    objectKind: readText(objectKind),
    object: readText(object),
  };
}

function readText(value: ResultValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** @throws the error itself where it is no refusal */
function readRefusal(need: Need, error: unknown): Probe {
  if (!(error instanceof AppError)) throw error;
  if (error.code === 'TABLE_MISSING') {
    const note = `${describeSecurable(need.on)} does not exist, or is not visible to the account.`;
    return need.on.kind === 'table' ? unknown(note) : { status: 'missing', note };
  }
  if (error.code !== 'PERMISSION_DENIED') throw error;
  const named = IN_ORDER.filter((privilege) => error.message.includes(privilege));
  const [first] = named;
  if (named.length !== 1 || first === undefined || first === need.privilege) {
    return { status: 'missing', note: error.message };
  }
  // Another privilege is missing before this one is asked for, so nothing is known of this one.
  return IN_ORDER.indexOf(first) < IN_ORDER.indexOf(need.privilege)
    ? unknown(`${first} is missing first.`)
    : { status: 'held', note: `The refusal names ${first}, which is asked for after it.` };
}

function unknown(note: string): Probe {
  return { status: 'unknown', note };
}

function quoted(on: Exclude<Securable, { kind: 'warehouse' }>): string {
  const quote = (name: string): string => quoteIdentifier(name, databricksDialect);
  switch (on.kind) {
    case 'catalog':
      return quote(on.catalog);
    case 'schema':
      return `${quote(on.catalog)}.${quote(on.schema)}`;
    case 'table':
      return quoteTable(on.path, databricksDialect);
    default:
      return unreachable(on);
  }
}

function notListed(): AppError {
  return new AppError({
    code: 'QUERY_FAILED',
    message: 'SQL does not list who may use a SQL warehouse.',
    help: 'See SQL Warehouses > Permissions in the workspace.',
    retry: 'no',
  });
}
