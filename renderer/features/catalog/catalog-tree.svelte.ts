import ColumnsIcon from '@lucide/svelte/icons/table-2';
import Database from '@lucide/svelte/icons/database';
import Eye from '@lucide/svelte/icons/eye';
import Folder from '@lucide/svelte/icons/folder';
import type { TableSummary } from '../../../electron/domain/catalog.ts';
import { formatTablePath, type TablePath } from '../../../electron/domain/table-path.ts';
import { formatCount } from '../../text/format.ts';
import type { TreeRow } from '../../ui/tree-row.ts';

/** A schema as the engine lists it. */
export type SchemaSummary = { readonly catalog: string; readonly schema: string; readonly tables: number };

/** Reads one page of a schema's tables after a table name; an empty page is the end. */
export type ReadTables = (
  catalog: string,
  schema: string,
  after: string | undefined,
) => Promise<TableSummary[]>;

/** What a row of the tree stands for. */
type Place =
  | { readonly kind: 'catalog'; readonly key: string }
  | { readonly kind: 'schema'; readonly key: string; readonly catalog: string; readonly schema: string }
  | { readonly kind: 'table'; readonly path: TablePath };

type Entry = { readonly row: TreeRow; readonly place: Place };

/** The id of a table's row; equal paths have equal ids. */
export function tableRowId(path: TablePath): string {
  return `table ${formatTablePath(path)}`;
}

/**
 * Which catalogs and schemas are open, with the tables of the open ones. Tables are read when their schema is
 * opened for the first time, page by page, so that a lakehouse of any size opens at once.
 */
export class CatalogTree {
  #open = $state.raw<ReadonlySet<string>>(new Set());
  #tables = $state.raw<ReadonlyMap<string, readonly TableSummary[]>>(new Map());
  #readSchemas: () => readonly SchemaSummary[];
  #readFound: () => readonly TableSummary[] | undefined;
  #readTables: ReadTables;
  /** Counts renewals: a read that began before the last one is stale. */
  #generation = 0;
  /** The failure of the last read of tables. */
  failure = $state.raw<unknown>();

  #entries = $derived.by(() => this.#flatten());
  /** The rows to draw, closed children left out. */
  rows = $derived(this.#entries.map((entry) => entry.row));

  /** `readFound` gives the tables that a search found, or undefined where nothing is searched. */
  constructor(
    readSchemas: () => readonly SchemaSummary[],
    readFound: () => readonly TableSummary[] | undefined,
    readTables: ReadTables,
  ) {
    this.#readSchemas = readSchemas;
    this.#readFound = readFound;
    this.#readTables = readTables;
  }

  /** Opens or closes the catalog or schema of a row. */
  toggle(id: string): void {
    const place = this.#find(id);
    if (place === undefined || place.kind === 'table') return;
    const open = new Set(this.#open);
    if (!open.delete(place.key)) {
      open.add(place.key);
      if (place.kind === 'schema') void this.#load(place.key, place.catalog, place.schema);
    }
    this.#open = open;
  }

  /** The table of a row, or undefined for a catalog or schema. */
  pathOf(id: string): TablePath | undefined {
    const place = this.#find(id);
    return place?.kind === 'table' ? place.path : undefined;
  }

  /** Opens the way to a schema; every catalog is opened where there is none to show. */
  reveal(catalog: string, schema: string): void {
    const key = schemaKey(catalog, schema);
    this.#open = new Set([...this.#open, catalogKey(catalog), key]);
    void this.#load(key, catalog, schema);
  }

  /** Forgets the tables that were read, after a refresh; open schemas are read anew. */
  renew(): void {
    this.#generation += 1;
    this.#tables = new Map();
    for (const { catalog, schema } of this.#readSchemas()) {
      const key = schemaKey(catalog, schema);
      if (this.#open.has(key)) void this.#load(key, catalog, schema);
    }
  }

  async #load(key: string, catalog: string, schema: string): Promise<void> {
    if (this.#tables.has(key)) return;
    this.failure = undefined;
    const generation = this.#generation;
    const loaded: TableSummary[] = [];
    this.#tables = new Map(this.#tables).set(key, loaded);
    try {
      for (;;) {
        const page = await this.#readTables(catalog, schema, loaded.at(-1)?.path.table);
        if (page.length === 0 || generation !== this.#generation) return;
        loaded.push(...page);
        this.#tables = new Map(this.#tables).set(key, [...loaded]);
      }
    } catch (error) {
      if (generation !== this.#generation) return;
      this.failure = error;
      const without = new Map(this.#tables);
      without.delete(key);
      this.#tables = without;
    }
  }

  #find(id: string): Place | undefined {
    return this.#entries.find((entry) => entry.row.id === id)?.place;
  }

  #flatten(): Entry[] {
    const found = this.#readFound();
    if (found !== undefined) return found.map(toFoundEntry);
    const entries: Entry[] = [];
    for (const [catalog, schemas] of groupByCatalog(this.#readSchemas())) {
      const key = catalogKey(catalog);
      const expanded = this.#open.has(key);
      entries.push({
        row: {
          id: key,
          label: catalog,
          level: 1,
          expanded,
          icon: Database,
          detail: formatCount(schemas.length),
        },
        place: { kind: 'catalog', key },
      });
      if (expanded) for (const schema of schemas) this.#addSchema(entries, schema);
    }
    return entries;
  }

  #addSchema(entries: Entry[], { catalog, schema, tables }: SchemaSummary): void {
    const key = schemaKey(catalog, schema);
    const expanded = this.#open.has(key);
    entries.push({
      row: { id: key, label: schema, level: 2, expanded, icon: Folder, detail: formatCount(tables) },
      place: { kind: 'schema', key, catalog, schema },
    });
    if (!expanded) return;
    for (const table of this.#tables.get(key) ?? []) {
      entries.push({
        row: {
          id: tableRowId(table.path),
          label: table.path.table,
          level: 3,
          icon: table.kind === 'view' ? Eye : ColumnsIcon,
          detail: table.rows === undefined ? undefined : formatCount(table.rows),
        },
        place: { kind: 'table', path: table.path },
      });
    }
  }
}

function toFoundEntry(table: TableSummary): Entry {
  return {
    row: {
      id: tableRowId(table.path),
      label: table.path.table,
      level: 1,
      icon: table.kind === 'view' ? Eye : ColumnsIcon,
      detail: table.matchedColumn ?? `${table.path.catalog}.${table.path.schema}`,
    },
    place: { kind: 'table', path: table.path },
  };
}

function catalogKey(catalog: string): string {
  return `catalog ${catalog}`;
}

function schemaKey(catalog: string, schema: string): string {
  return `schema ${JSON.stringify([catalog, schema])}`;
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
