import { setImmediate as nextTurn } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { IdRows } from './id-rows.ts';
import { IDENTIFIER_PART } from './profile-store.ts';

/** How a part is seen: not at all, as it stands in its column, or with what is staged before it. */
export type Sight = 'hidden' | 'plain' | 'overlaid';

/** Rows that are written before others have their turn: about a millisecond. */
const SLICE = 100;

type Text = string | null;
type FindIds = { readonly value: string; readonly limit: number };
type Lookup = BetterSqlite3.Statement<[number], Text[]>;

/** What is done with one customer of a part. `values` are the document, then the identifiers where the part carries them. */
export interface PartActs {
  /** The row of a customer, with its values; undefined where there is none. */
  look(id: string): { readonly row: number; readonly values: readonly Text[] } | undefined;
  /** Adds a customer with values. @returns the row */
  add(id: string, values: readonly Text[]): number;
  /** Writes values into the row, past any overlay. */
  put(row: number, values: readonly Text[]): void;
  /** Lays values aside for the row. */
  stage(row: number, values: readonly Text[]): void;
  /** Drops what was laid aside for the row. */
  unstage(row: number): void;
  /** Writes what was laid aside into the row. */
  merge(row: number): void;
}

/**
 * Profiles in a database that is in memory alone. `profiles` has a row for each customer: `p0`, `p1`… are the documents of the parts, `i0`,
 * `i1`… the values of the identifiers. `staged0`, `staged1`… have what is going to differ in a part, nulls where a customer leaves it. A row
 * whose documents are all null is nobody.
 *
 * Customers are found by {@link IdRows}, not by an index here.
 */
export class MemoryTables {
  readonly #database: BetterSqlite3.Database;
  readonly #parts: number;
  readonly #identifiers: number;
  readonly #addRow: BetterSqlite3.Statement<[string]>;
  readonly #dropEmpty: BetterSqlite3.Statement<[number], [string]>;
  readonly #rows = new IdRows();
  #find: Lookup;
  #findIds: readonly BetterSqlite3.Statement<[FindIds], Text[]>[] = [];
  /** The row that was read last. */
  #lastRow = 0;
  #isOpen = true;

  constructor(parts: number, identifiers: number) {
    this.#parts = parts;
    this.#identifiers = identifiers;
    this.#database = new BetterSqlite3(':memory:');
    // Without it, a sort that outgrows a cache would go into a file.
    this.#database.pragma('temp_store = MEMORY');
    this.#create();
    this.#addRow = this.#database.prepare('INSERT INTO profiles (id) VALUES (?)');
    const isEmpty = columns('p', parts).map((column) => ` AND ${column} IS NULL`);
    this.#dropEmpty = this.#database
      .prepare<[number], [string]>(`DELETE FROM profiles WHERE row = ?${isEmpty.join('')} RETURNING id`)
      .raw();
    this.#find = this.#prepareFind(Array.from({ length: parts }, () => 'hidden'));
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** From now on, parts are seen like this. */
  see(sights: readonly Sight[]): void {
    this.#find = this.#prepareFind(sights);
    const carrier = sights[IDENTIFIER_PART] ?? 'hidden';
    this.#findIds =
      carrier === 'hidden'
        ? []
        : columns('i', this.#identifiers).map((column) =>
            this.#database.prepare<[FindIds], Text[]>(findIdsText(column, carrier)).raw(),
          );
  }

  /** The values of a customer who is not in a part. */
  nothingOf(part: number): null[] {
    return Array.from({ length: part === IDENTIFIER_PART ? 1 + this.#identifiers : 1 }, () => null);
  }

  /** The documents of a customer, by part; undefined where all that is seen of them is nothing. */
  find(id: string): Text[] | undefined {
    const documents = this.#read(this.#find, id);
    if (documents === undefined) return undefined;
    for (let at = 0; at < documents.length; at += 1) if (documents[at] !== null) return documents;
    return undefined;
  }

  /** Ids of the customers with a value, in the order of their UTF-8. */
  findIds(identifier: number, value: string, limit: number): string[] {
    const found = this.#findIds[identifier]?.all({ value, limit }) ?? [];
    return found.map(([id]) => id ?? '');
  }

  /** Adds a customer who is in no part yet. @returns the row */
  addRow(id: string): number {
    return this.#index(id, Number(this.#addRow.run(id).lastInsertRowid));
  }

  /** Removes the row where it is nobody's. */
  dropEmpty(row: number): void {
    const [id] = this.#dropEmpty.get(row) ?? [];
    if (id !== undefined) this.#rows.delete(this.#rows.hash(id), row);
  }

  /**
   * Acts on each, some hundred at a time, and gives others their turn in between.
   * @returns false where it stopped before the end: the tables were closed, or `goesOn` said no
   */
  async inSlices<T>(
    items: Iterable<T>,
    act: (item: T) => void,
    goesOn: () => boolean = () => true,
  ): Promise<boolean> {
    const iterator = items[Symbol.iterator]();
    const slice = this.#database.transaction(() => {
      for (let count = 0; count < SLICE; count += 1) {
        const next = iterator.next();
        if (next.done === true) return true;
        act(next.value);
      }
      return false;
    });
    while (this.#isOpen && goesOn()) {
      if (slice()) return true;
      await nextTurn();
    }
    return false;
  }

  /** What is done with customers of a part. */
  actsOf(part: number): PartActs {
    const identifiers = part === IDENTIFIER_PART ? columns('i', this.#identifiers) : [];
    const own = [`p${part}`, ...identifiers];
    const laid = ['document', ...identifiers];
    const prepare = (text: string): BetterSqlite3.Statement => this.#database.prepare(text);
    const look: Lookup = this.#database
      .prepare<[number], Text[]>(`SELECT ${own.join(', ')}, id FROM profiles WHERE row = ?`)
      .raw();
    const add = prepare(`INSERT INTO profiles (id, ${own.join(', ')}) VALUES (?${', ?'.repeat(own.length)})`);
    const put = prepare(`UPDATE profiles SET ${own.map((each) => `${each} = ?`).join(', ')} WHERE row = ?`);
    const stage = prepare(
      `INSERT OR REPLACE INTO staged${part} (row, ${laid.join(', ')}) VALUES (?${', ?'.repeat(laid.length)})`,
    );
    const unstage = prepare(`DELETE FROM staged${part} WHERE row = ?`);
    const merge = prepare(
      `UPDATE profiles SET (${own.join(', ')}) = (SELECT ${laid.join(', ')} FROM staged${part} WHERE staged${part}.row = profiles.row) WHERE row = ?`,
    );
    return {
      look: (id) => {
        const values = this.#read(look, id);
        return values === undefined ? undefined : { row: this.#lastRow, values };
      },
      add: (id, values) => this.#index(id, Number(add.run(id, ...values).lastInsertRowid)),
      put: (row, values) => void put.run(...values, row),
      stage: (row, values) => void stage.run(row, ...values),
      unstage: (row) => void unstage.run(row),
      merge: (row) => {
        merge.run(row);
        unstage.run(row);
      },
    };
  }

  /** Gives up all that is held. Nothing is found any more. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#rows.clear();
    this.#database.close();
  }

  /** What a statement tells of the row of an id, which it tells last. */
  #read(statement: Lookup, id: string): Text[] | undefined {
    const hash = this.#rows.hash(id);
    for (let nth = 0; ; nth += 1) {
      const row = this.#rows.row(hash, nth);
      if (row === 0) return undefined;
      const values = statement.get(row);
      if (values === undefined || values.pop() !== id) continue;
      this.#lastRow = row;
      return values;
    }
  }

  #index(id: string, row: number): number {
    this.#rows.add(this.#rows.hash(id), row);
    return row;
  }

  #create(): void {
    const documents = columns('p', this.#parts).map((column) => `, ${column} TEXT`);
    const identifiers = columns('i', this.#identifiers);
    const values = identifiers.map((column) => `, ${column} TEXT`).join('');
    this.#database.exec(
      `CREATE TABLE profiles (row INTEGER PRIMARY KEY, id TEXT NOT NULL${documents.join('')}${values}) STRICT`,
    );
    for (let part = 0; part < this.#parts; part += 1) {
      const own = part === IDENTIFIER_PART ? values : '';
      this.#database.exec(`CREATE TABLE staged${part} (row INTEGER PRIMARY KEY, document TEXT${own}) STRICT`);
    }
    for (const column of identifiers) {
      // With the id, since a value may be of very many, such as the digest of nothing: they need no sorting then.
      this.#database.exec(
        `CREATE INDEX by_${column} ON profiles (${column}, id) WHERE ${column} IS NOT NULL;
         CREATE INDEX staged_by_${column} ON staged${IDENTIFIER_PART} (${column}) WHERE ${column} IS NOT NULL`,
      );
    }
  }

  #prepareFind(sights: readonly Sight[]): Lookup {
    const told = sights.map((sight, part) => {
      if (sight === 'hidden') return 'NULL';
      return sight === 'plain'
        ? `p${part}`
        : `CASE WHEN staged${part}.row IS NULL THEN p${part} ELSE staged${part}.document END`;
    });
    const joins = sights.map((sight, part) =>
      sight === 'overlaid' ? ` LEFT JOIN staged${part} ON staged${part}.row = profiles.row` : '',
    );
    const list = [...told, 'id'].join(', ');
    return this.#database
      .prepare<[number], Text[]>(`SELECT ${list} FROM profiles${joins.join('')} WHERE profiles.row = ?`)
      .raw();
  }
}

function findIdsText(column: string, carrier: Exclude<Sight, 'hidden'>): string {
  const order = 'ORDER BY id LIMIT @limit';
  if (carrier === 'plain') return `SELECT id FROM profiles WHERE ${column} = @value ${order}`;
  const staged = `staged${IDENTIFIER_PART}`;
  return (
    `SELECT id FROM profiles WHERE ${column} = @value AND NOT EXISTS (SELECT 1 FROM ${staged} WHERE ${staged}.row = profiles.row) ` +
    `UNION ALL SELECT id FROM ${staged} JOIN profiles USING (row) WHERE ${staged}.${column} = @value ${order}`
  );
}

function columns(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${letter}${at}`);
}
