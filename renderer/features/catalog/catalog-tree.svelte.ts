import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { TableSummary } from '../../../electron/domain/catalog.ts';
import type { TablePath } from '../../../electron/domain/table-path.ts';
import {
  catalogRowId,
  listFound,
  listTree,
  schemaRowId,
  type Place,
  type SchemaSummary,
} from './tree-entries.ts';

/** Reads one page of a schema's tables after a table name; an empty page is the end. */
export type ReadTables = (
  catalog: string,
  schema: string,
  after: string | undefined,
) => Promise<readonly TableSummary[]>;

/**
 * Which catalogs and schemas are open, with the tables of the open ones. Tables are read when their schema is
 * opened for the first time, page by page, so that a lakehouse of any size opens at once.
 */
export class CatalogTree {
  /** The failure of the last read of tables. */
  failure = $state.raw<unknown>();
  readonly #open = new SvelteSet<string>();
  readonly #tables = new SvelteMap<string, readonly TableSummary[]>();
  readonly #readSchemas: () => readonly SchemaSummary[];
  readonly #readFound: () => readonly TableSummary[] | undefined;
  readonly #readTables: ReadTables;
  /** Counts renewals: a read that began before the last one is stale. */
  #generation = 0;

  #entries = $derived.by(() => {
    const found = this.#readFound();
    if (found !== undefined) return listFound(found);
    return listTree(this.#readSchemas(), {
      isOpen: (id) => this.#open.has(id),
      tablesOf: (id) => this.#tables.get(id) ?? [],
    });
  });
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
    if (this.#open.delete(id)) return;
    this.#open.add(id);
    if (place.kind === 'schema') void this.#load(place.catalog, place.schema);
  }

  /** The table of a row, or undefined for a catalog or schema. */
  pathOf(id: string): TablePath | undefined {
    const place = this.#find(id);
    return place?.kind === 'table' ? place.path : undefined;
  }

  /** Opens the way to a schema. */
  reveal(catalog: string, schema: string): void {
    this.#open.add(catalogRowId(catalog));
    this.#open.add(schemaRowId(catalog, schema));
    void this.#load(catalog, schema);
  }

  /** Forgets the tables that were read, after a refresh; open schemas are read anew. */
  renew(): void {
    this.#generation += 1;
    this.#tables.clear();
    for (const { catalog, schema } of this.#readSchemas()) {
      if (this.#open.has(schemaRowId(catalog, schema))) void this.#load(catalog, schema);
    }
  }

  async #load(catalog: string, schema: string): Promise<void> {
    const id = schemaRowId(catalog, schema);
    if (this.#tables.has(id)) return;
    const generation = this.#generation;
    let loaded: readonly TableSummary[] = [];
    this.failure = undefined;
    this.#tables.set(id, loaded);
    try {
      for (;;) {
        const page = await this.#readTables(catalog, schema, loaded.at(-1)?.path.table);
        if (page.length === 0 || generation !== this.#generation) return;
        loaded = [...loaded, ...page];
        this.#tables.set(id, loaded);
      }
    } catch (error) {
      if (generation !== this.#generation) return;
      this.failure = error;
      this.#tables.delete(id);
    }
  }

  #find(id: string): Place | undefined {
    return this.#entries.find((entry) => entry.row.id === id)?.place;
  }
}
