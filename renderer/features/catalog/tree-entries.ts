import Database from '@lucide/svelte/icons/database';
import Eye from '@lucide/svelte/icons/eye';
import Folder from '@lucide/svelte/icons/folder';
import Table2 from '@lucide/svelte/icons/table-2';
import type { TableSummary } from '../../../electron/domain/catalog.ts';
import { formatTablePath, type TablePath } from '../../../electron/domain/table-path.ts';
import { formatCount } from '../../text/format.ts';
import type { TreeRow } from '../../ui/tree-row.ts';

/** A schema as the engine lists it. */
export type SchemaSummary = { readonly catalog: string; readonly schema: string; readonly tables: number };

/** What a row of the tree stands for. */
export type Place =
  | { readonly kind: 'catalog' }
  | { readonly kind: 'schema'; readonly catalog: string; readonly schema: string }
  | { readonly kind: 'table'; readonly path: TablePath };

/** A row with its place. */
export type TreeEntry = { readonly row: TreeRow; readonly place: Place };

/** Which catalogs and schemas are open, by row id, and the tables that were read, by the row id of their schema. */
export type TreeState = {
  readonly isOpen: (id: string) => boolean;
  readonly tablesOf: (schemaId: string) => readonly TableSummary[];
};

/** The id of a catalog's row. */
export function catalogRowId(catalog: string): string {
  return `catalog ${catalog}`;
}

/** The id of a schema's row. */
export function schemaRowId(catalog: string, schema: string): string {
  return `schema ${JSON.stringify([catalog, schema])}`;
}

/** The id of a table's row; equal paths have equal ids. */
export function tableRowId(path: TablePath): string {
  return `table ${formatTablePath(path)}`;
}

/** The rows of the tree, closed children left out. */
export function listTree(schemas: readonly SchemaSummary[], state: TreeState): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (const [catalog, members] of groupByCatalog(schemas)) {
    const id = catalogRowId(catalog);
    const expanded = state.isOpen(id);
    entries.push({
      row: {
        id,
        label: catalog,
        level: 1,
        expanded,
        icon: Database,
        detail: formatCount(members.length),
      },
      place: { kind: 'catalog' },
    });
    if (expanded) entries.push(...members.flatMap((schema) => listSchema(schema, state)));
  }
  return entries;
}

/** The rows of a search: tables alone, each with the column that matched or where it is. */
export function listFound(found: readonly TableSummary[]): TreeEntry[] {
  return found.map((table) =>
    toTableEntry(table, 1, table.matchedColumn ?? `${table.path.catalog}.${table.path.schema}`),
  );
}

function listSchema({ catalog, schema, tables }: SchemaSummary, state: TreeState): TreeEntry[] {
  const id = schemaRowId(catalog, schema);
  const expanded = state.isOpen(id);
  const own: TreeEntry = {
    row: { id, label: schema, level: 2, expanded, icon: Folder, detail: formatCount(tables) },
    place: { kind: 'schema', catalog, schema },
  };
  if (!expanded) return [own];
  const rows = (table: TableSummary): string | undefined =>
    table.rows === undefined ? undefined : formatCount(table.rows);
  return [own, ...state.tablesOf(id).map((table) => toTableEntry(table, 3, rows(table)))];
}

function toTableEntry(table: TableSummary, level: number, detail: string | undefined): TreeEntry {
  return {
    row: {
      id: tableRowId(table.path),
      label: table.path.table,
      level,
      icon: table.kind === 'view' ? Eye : Table2,
      detail,
    },
    place: { kind: 'table', path: table.path },
  };
}

function groupByCatalog(schemas: readonly SchemaSummary[]): Map<string, SchemaSummary[]> {
  const groups = new Map<string, SchemaSummary[]>();
  for (const schema of schemas) {
    const members = groups.get(schema.catalog);
    if (members === undefined) groups.set(schema.catalog, [schema]);
    else members.push(schema);
  }
  return groups;
}
