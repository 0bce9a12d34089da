import { z } from 'zod';
import { Instant } from './duration.ts';
import { Identifier, TablePath, formatIdentifier, formatTablePath, sameTable } from './table-path.ts';

/** Who is granted something: a service principal by its application id, a user by e-mail, a group by name. */
export const Principal = z.strictObject({
  kind: z.enum(['service-principal', 'user', 'group']),
  name: Identifier,
});
export type Principal = z.infer<typeof Principal>;

/** A schema by its two names. */
export const SchemaPath = z.strictObject({ catalog: Identifier, schema: Identifier });
export type SchemaPath = z.infer<typeof SchemaPath>;

/** A table to read. With columns left out, it is read through a view of the others, `view`, and not granted itself. */
export const TableGrant = z.strictObject({
  path: TablePath,
  leaveOut: z.array(Identifier).default([]),
});
export type TableGrant = z.infer<typeof TableGrant>;

/** The least that a principal is to be granted: tables to read, and at most one schema to write to. */
export const GrantRequest = z.strictObject({
  principal: Principal,
  tables: z.array(TableGrant).min(1).max(500),
  /** For journeys that wait and for activations that mirror: their state is kept in this schema. */
  writable: SchemaPath.optional(),
});
export type GrantRequest = z.infer<typeof GrantRequest>;

/** Something that a privilege is granted on. A warehouse is the compute that runs statements; its grants are no SQL. */
export const Securable = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('warehouse'), id: z.string() }),
  z.strictObject({ kind: z.literal('catalog'), catalog: Identifier }),
  z.strictObject({ kind: z.literal('schema'), ...SchemaPath.shape }),
  z.strictObject({ kind: z.literal('table'), path: TablePath }),
]);
export type Securable = z.infer<typeof Securable>;

export const Privilege = z.enum(['CAN USE', 'USE CATALOG', 'USE SCHEMA', 'SELECT', 'CREATE TABLE', 'MODIFY']);
export type Privilege = z.infer<typeof Privilege>;

/** One privilege that is needed, and what for. */
export const Need = z.strictObject({ privilege: Privilege, on: Securable, why: z.string() });
export type Need = z.infer<typeof Need>;

/** A need as the check found it; `mend` is the statement or command that grants it. */
export const NeedFinding = z.object({
  need: Need,
  status: z.enum(['held', 'missing', 'unknown']),
  /** How it was found out, or why it could not be. */
  note: z.string(),
  mend: z.string(),
});
export type NeedFinding = z.infer<typeof NeedFinding>;

/** A grant as the warehouse lists it, in its own words. */
export const Grant = z.object({
  principal: z.string(),
  privilege: z.string(),
  objectKind: z.string(),
  object: z.string(),
});
export type Grant = z.infer<typeof Grant>;

/** A grant that lets the principal change what it should only read. */
export const ExcessGrant = z.object({ grant: Grant, message: z.string(), mend: z.string() });
export type ExcessGrant = z.infer<typeof ExcessGrant>;

/** What a check found. `excess` is undefined where the warehouse does not list grants; `excessNote` says why. */
export const PermissionReport = z.object({
  asOf: Instant,
  /** The account that the connection signs in with. */
  account: z.string(),
  /** Who was checked. */
  checked: z.string(),
  findings: z.array(NeedFinding),
  excess: z.array(ExcessGrant).optional(),
  excessNote: z.string().optional(),
});
export type PermissionReport = z.infer<typeof PermissionReport>;

/** What there is to grant for a connection. Files and the sample are not `grantable`: they have no permissions of their own. */
export const PermissionOutline = z.object({
  grantable: z.boolean(),
  host: z.string(),
  /** The id of the SQL warehouse; empty where the settings do not tell. */
  warehouse: z.string(),
  /** The tables of the model, none where there is no model, with the columns that the model cannot do without. */
  tables: z.array(
    z.object({
      path: TablePath,
      labels: z.array(z.string()),
      columns: z.array(z.object({ name: z.string(), needed: z.boolean() })),
    }),
  ),
});
export type PermissionOutline = z.infer<typeof PermissionOutline>;

/** The view through which a table with columns left out is read. */
export function viewOf(path: TablePath): TablePath {
  return { ...path, table: `${path.table.slice(0, 240)}_for_slipway` };
}

/** The tables and views that are read: a table with columns left out gives its view. */
export function readPaths(request: Pick<GrantRequest, 'tables'>): TablePath[] {
  return request.tables.map(({ path, leaveOut }) => (leaveOut.length === 0 ? path : viewOf(path)));
}

/** Everything that the request needs, each once: the warehouse, then catalogs, schemas, tables, then the writable schema. */
export function listNeeds(request: GrantRequest, warehouse: string): Need[] {
  const paths = readPaths(request).filter(
    (path, at, all) => all.findIndex((each) => sameTable(each, path)) === at,
  );
  const { writable } = request;
  const catalogs = new Set([...paths.map((path) => path.catalog), ...(writable ? [writable.catalog] : [])]);
  const schemas = new Map(
    [...paths, ...(writable ? [writable] : [])].map(({ catalog, schema }) => [
      JSON.stringify([catalog, schema]),
      { catalog, schema },
    ]),
  );
  const needs: Need[] = [
    {
      privilege: 'CAN USE',
      on: { kind: 'warehouse', id: warehouse },
      why: 'Counts, previews and exports run on it.',
    },
    ...[...catalogs].map((catalog): Need => {
      return { privilege: 'USE CATALOG', on: { kind: 'catalog', catalog }, why: 'To reach its schemas.' };
    }),
    ...[...schemas.values()].map((schema): Need => {
      return { privilege: 'USE SCHEMA', on: { kind: 'schema', ...schema }, why: 'To reach its tables.' };
    }),
    ...paths.map((path): Need => {
      return { privilege: 'SELECT', on: { kind: 'table', path }, why: 'To read its rows.' };
    }),
  ];
  if (writable === undefined) return needs;
  const on: Securable = { kind: 'schema', ...writable };
  return [
    ...needs,
    {
      privilege: 'CREATE TABLE',
      on,
      why: 'Journeys that wait and mirrored activations keep their state in tables.',
    },
    { privilege: 'MODIFY', on, why: 'To change the rows of these tables.' },
    { privilege: 'SELECT', on, why: 'To read these tables again.' },
  ];
}

/** What is granted on, for people: `catalog main`, `main.retail.households`. */
export function describeSecurable(on: Securable): string {
  switch (on.kind) {
    case 'warehouse':
      return on.id === '' ? 'the SQL warehouse' : `SQL warehouse ${on.id}`;
    case 'catalog':
      return formatIdentifier(on.catalog);
    case 'schema':
      return `${formatIdentifier(on.catalog)}.${formatIdentifier(on.schema)}`;
    case 'table':
      return formatTablePath(on.path);
  }
}

/** Privileges, in the warehouse's words, that hold a need when they are granted on the object or on what it lies in. */
const OWNS: readonly string[] = ['ALL PRIVILEGES', 'OWN', 'OWNER', 'OWNERSHIP'];

/** True where one of the grants that affect the object gives the privilege; a grant on a parent is passed down. */
export function isGranted(privilege: Privilege, grants: readonly Grant[]): boolean {
  return grants.some((grant) => [privilege, ...OWNS].includes(normalize(grant.privilege)));
}

/** Privileges that change rows, tables or grants. */
const WRITES = new Set([
  'MODIFY',
  'CREATE',
  'CREATE TABLE',
  'CREATE SCHEMA',
  'CREATE MATERIALIZED VIEW',
  'CREATE VOLUME',
  'CREATE FUNCTION',
  'WRITE VOLUME',
  'MANAGE',
  'INSERT',
  'UPDATE',
  'DELETE',
  ...OWNS,
]);

/** The grants among these that let the principal write, each once. */
export function findWrites(grants: readonly Grant[]): Grant[] {
  const seen = new Set<string>();
  return grants.filter((grant) => {
    const key = JSON.stringify([normalize(grant.privilege), grant.objectKind.toUpperCase(), grant.object]);
    if (!WRITES.has(normalize(grant.privilege)) || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function normalize(privilege: string): string {
  return privilege.trim().toUpperCase().replaceAll('_', ' ');
}
