import type { PostgresAnswer, PostgresLink } from './postgres-link.ts';
import { ID_COLUMN, type PostgresTable, quote } from './postgres-table.ts';
import type { StoredProfile } from './profile-store.ts';

/** Ids that are looked up in one statement. */
const IDS_AT_ONCE = 100;

/** Somebody who waits for customers. */
interface Waiting {
  readonly ids: readonly string[];
  readonly resolve: (found: (StoredProfile | undefined)[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Looks customers up. A request for one goes out at once while a connection is free; those that come while all are busy go out together, in
 * one statement: the busier the server is, the fewer statements it gets for each customer.
 */
export class PostgresReads {
  readonly #link: PostgresLink;
  readonly #table: PostgresTable;
  readonly #oneText: string;
  readonly #manyText: string;
  #waiting: Waiting[] = [];
  #underWay = 0;

  constructor(link: PostgresLink, table: PostgresTable) {
    this.#link = link;
    this.#table = table;
    const parts = table.partColumns.map((column) => `, ${quote(column)}::text`).join('');
    const list = `SELECT ${ID_COLUMN}${parts} FROM ${table.profiles} WHERE ${ID_COLUMN}`;
    this.#oneText = `${list} = $1`;
    this.#manyText = `${list} = ANY ($1::text[])`;
  }

  /** Customers in the order of `ids`. @throws AppError */
  find(ids: readonly string[]): Promise<(StoredProfile | undefined)[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ids, resolve, reject });
      this.#pump();
    });
  }

  /** Ids of the customers with a value, in the order of their UTF-8. @throws AppError */
  async findIds(identifier: string, value: string, limit: number): Promise<string[]> {
    const { identifiers, profiles } = this.#table;
    // PostgreSQL has no text with U+0000.
    if (!identifiers.includes(identifier) || value.includes('\0')) return [];
    const { rows } = await this.#link.read({
      name: `slipway_by_${identifiers.indexOf(identifier)}`,
      text: `SELECT ${ID_COLUMN} FROM ${profiles} WHERE ${quote(identifier)} = $1 ORDER BY ${ID_COLUMN} COLLATE "C" LIMIT $2`,
      values: [value, limit],
    });
    return rows.map(([id]) => id ?? '');
  }

  #pump(): void {
    while (this.#waiting.length > 0 && this.#underWay < this.#link.connections) {
      const batch = this.#takeBatch();
      this.#underWay += 1;
      void this.#answer(batch).finally(() => {
        this.#underWay -= 1;
        this.#pump();
      });
    }
  }

  #takeBatch(): Waiting[] {
    let count = 0;
    let ids = 0;
    for (const each of this.#waiting) {
      ids += each.ids.length;
      if (count > 0 && ids > IDS_AT_ONCE) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #answer(batch: readonly Waiting[]): Promise<void> {
    try {
      const found = new Map<string, StoredProfile>();
      const ids = batch.flatMap((each) => each.ids).filter((id) => !id.includes('\0'));
      const { rows } = ids.length === 0 ? { rows: [] } : await this.#read(ids);
      for (const [id, ...parts] of rows) {
        if (id != null && parts.some((part) => part !== null)) found.set(id, { id, parts });
      }
      for (const each of batch) each.resolve(each.ids.map((id) => found.get(id)));
    } catch (error) {
      for (const each of batch) each.reject(error);
    }
  }

  #read(ids: readonly string[]): Promise<PostgresAnswer> {
    const [only] = ids;
    return ids.length === 1
      ? this.#link.read({ name: 'slipway_one', text: this.#oneText, values: [only] })
      : this.#link.read({ name: 'slipway_many', text: this.#manyText, values: [ids] });
  }
}
