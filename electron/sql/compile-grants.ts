import {
  type Grant,
  type GrantRequest,
  type Need,
  type Principal,
  type TableGrant,
  describeSecurable,
  listNeeds,
  viewOf,
} from '../domain/permission.ts';
import { formatTablePath } from '../domain/table-path.ts';
import type { Dialect } from './dialect.ts';
import { quoteIdentifier, quoteTable } from './printer.ts';

/** A request with what the catalog knows of each table: its columns, in order, and whether it is a view itself. */
export interface GrantPlan extends Omit<GrantRequest, 'tables'> {
  readonly tables: readonly (TableGrant & { readonly columns: readonly string[] })[];
  /** The id of the SQL warehouse; empty where the connection does not tell. */
  readonly warehouse: string;
  /** The workspace's host name, for the header. */
  readonly host: string;
}

/**
 * The script to hand to the administrator: the least grants for the request, with what and why in comments. What is no SQL (the service
 * principal, the use of the warehouse) stands in it as commands within comments. The app never runs any of it.
 * @throws AppError IDENTIFIER_INVALID
 */
export function compileGrantScript(plan: GrantPlan, dialect: Dialect): string {
  const needs = listNeeds({ ...plan, tables: [...plan.tables] }, plan.warehouse);
  const grants = (isAsked: (need: Need) => boolean): string[] =>
    needs.filter(isAsked).map((need) => compileGrant(need, plan.principal, dialect));
  const sections = [
    header(plan),
    plan.principal.kind === 'service-principal' ? aboutServicePrincipal(plan.principal) : [],
    aboutWarehouse(plan.principal, plan.warehouse),
    writableSchema(plan, dialect),
    section(
      'Reach the catalogs and schemas',
      grants((need) => need.privilege === 'USE CATALOG' || need.privilege === 'USE SCHEMA'),
    ),
    ...plan.tables.filter((table) => table.leaveOut.length > 0).map((table) => viewSection(table, dialect)),
    section(
      'Read the tables. Nothing here lets the principal change them',
      grants((need) => need.privilege === 'SELECT' && need.on.kind === 'table'),
    ),
    section(
      'Write in the one schema for it',
      grants((need) => need.on.kind === 'schema' && need.privilege !== 'USE SCHEMA'),
    ),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** The statement that grants one need, or the command for the use of a warehouse. @throws AppError IDENTIFIER_INVALID */
export function compileGrant(need: Need, principal: Principal, dialect: Dialect): string {
  const { on } = need;
  const to = quoteIdentifier(principal.name, dialect);
  const quote = (name: string): string => quoteIdentifier(name, dialect);
  switch (on.kind) {
    case 'warehouse':
      return warehouseCommand(principal, on.id);
    case 'catalog':
      return `GRANT ${need.privilege} ON CATALOG ${quote(on.catalog)} TO ${to};`;
    case 'schema':
      return `GRANT ${need.privilege} ON SCHEMA ${quote(on.catalog)}.${quote(on.schema)} TO ${to};`;
    case 'table':
      return `GRANT ${need.privilege} ON TABLE ${quoteTable(on.path, dialect)} TO ${to};`;
  }
}

/**
 * What takes back a grant that is more than reading needs, as the administrator may want to run it. An owner cannot be revoked, only
 * replaced. The object's names come from the warehouse and are quoted anew.
 */
export function compileRevoke(grant: Grant, dialect: Dialect): string {
  const kind = grant.objectKind.toUpperCase();
  const object = splitName(grant.object)
    .map((part) => quoteIdentifier(part, dialect))
    .join('.');
  const target = `${/^[A-Z ]+$/.test(kind) ? kind : 'TABLE'} ${object}`;
  if (/^OWN/i.test(grant.privilege)) {
    return `ALTER ${target} SET OWNER TO ${quoteIdentifier('<another owner>', dialect)};`;
  }
  const privilege = grant.privilege.toUpperCase().replaceAll('_', ' ');
  if (!/^[A-Z ]+$/.test(privilege)) return `-- Take back ${JSON.stringify(privilege)} on ${target}`;
  return `REVOKE ${privilege} ON ${target} FROM ${quoteIdentifier(grant.principal, dialect)};`;
}

function header(plan: GrantPlan): string[] {
  const { principal, tables, writable } = plan;
  const read = tables.length === 1 ? '1 table' : `${tables.length} tables`;
  const hidden = tables.filter((table) => table.leaveOut.length > 0).length;
  return [
    `-- Permissions for Slipway in ${plan.host === '' ? 'the workspace' : plan.host}`,
    '--',
    `-- What: ${describePrincipal(principal)} may read ${read}${hidden === 0 ? '' : `, ${hidden} of them without the columns left out`}.`,
    `-- Why: Slipway counts and exports audiences by queries on the SQL warehouse. It reads these tables and changes none of them.`,
    ...(writable === undefined
      ? []
      : [
          `-- One schema, ${describeSecurable({ kind: 'schema', ...writable })}, is for writing: the state of journeys and of mirrored activations.`,
        ]),
    '-- Run by: an owner of the catalog, or an account with MANAGE on it. Running it twice does no harm.',
  ];
}

function describePrincipal({ kind, name }: Principal): string {
  const words = { 'service-principal': 'the service principal', user: 'the user', group: 'the group' };
  return `${words[kind]} ${name}`;
}

function aboutServicePrincipal({ name }: Principal): string[] {
  return [
    '-- The service principal. No SQL makes it; where it does not exist yet, use the Databricks CLI:',
    `--   databricks service-principals create --display-name 'Slipway'`,
    '-- or the workspace: Settings > Identity and access > Service principals > Add.',
    `-- The statements below name it by its application id: ${name}`,
  ];
}

function aboutWarehouse(principal: Principal, id: string): string[] {
  return [
    '-- The use of the SQL warehouse. It is no SQL either; use the Databricks CLI:',
    `--   ${warehouseCommand(principal, id)}`,
    '-- or the workspace: SQL Warehouses > the warehouse > Permissions > Can use.',
  ];
}

function warehouseCommand({ kind, name }: Principal, id: string): string {
  const key = { 'service-principal': 'service_principal_name', user: 'user_name', group: 'group_name' }[kind];
  const list = { access_control_list: [{ [key]: name, permission_level: 'CAN_USE' }] };
  const warehouse = id === '' ? '<warehouse id>' : id;
  return `databricks permissions update warehouses ${quoteShell(warehouse)} --json ${quoteShell(JSON.stringify(list))}`;
}

/** A word of a POSIX shell; plain words stay as they are. */
function quoteShell(text: string): string {
  return /^[A-Za-z0-9_./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function section(title: string, statements: readonly string[]): string[] {
  return statements.length === 0 ? [] : [`-- ${title}.`, ...statements];
}

function viewSection(table: GrantPlan['tables'][number], dialect: Dialect): string[] {
  const view = viewOf(table.path);
  const shown = table.columns.filter((column) => !table.leaveOut.includes(column));
  return [
    `-- ${formatTablePath(table.path)} without ${table.leaveOut.join(', ')}. Map the view in the customer model in place of the table.`,
    `CREATE OR REPLACE VIEW ${quoteTable(view, dialect)} AS`,
    'SELECT',
    shown.map((column) => `  ${quoteIdentifier(column, dialect)}`).join(',\n'),
    `FROM ${quoteTable(table.path, dialect)};`,
  ];
}

function writableSchema({ writable }: GrantPlan, dialect: Dialect): string[] {
  if (writable === undefined) return [];
  const name = `${quoteIdentifier(writable.catalog, dialect)}.${quoteIdentifier(writable.schema, dialect)}`;
  return [
    '-- The one schema for writing. Keep nothing else in it.',
    `CREATE SCHEMA IF NOT EXISTS ${name} COMMENT 'State of Slipway journeys and activations';`,
  ];
}

/** The parts of `a.b.c`, with or without backticks, as the warehouse lists an object. */
function splitName(text: string): string[] {
  const parts = [...text.matchAll(/`((?:[^`]|``)+)`|([^.`]+)/g)];
  return parts.map((part) => part[1]?.replaceAll('``', '`') ?? part[2] ?? '');
}
