import { EngineError } from '../spark/engine-error.ts';
import { findTables } from './find-tables.ts';
import type { Session } from './session.ts';

/** Who may do what. Names have three parts for a table, two for a schema, one for a catalog. */
export class Grants {
  readonly #owners: ReadonlySet<string>;
  readonly #granted = new Map<string, Set<string>>();

  /** `owners` may do everything; others only what they are granted. */
  constructor(owners: readonly string[]) {
    this.#owners = new Set(owners);
  }

  /** Lets a user read a table, or use a schema or a catalog. */
  grant(user: string, name: string): void {
    const names = this.#granted.get(user) ?? new Set();
    names.add(name.toLowerCase());
    this.#granted.set(user, names);
  }

  /** Takes a grant back; what lies below it stays granted but cannot be reached. */
  revoke(user: string, name: string): void {
    this.#granted.get(user)?.delete(name.toLowerCase());
  }

  /** True when the user holds the grant. */
  allows(user: string, name: string): boolean {
    return this.#owners.has(user) || this.#granted.get(user)?.has(name.toLowerCase()) === true;
  }

  /** Rejects with Databricks' words when the user lacks a grant that the statement needs. */
  async checkStatement(session: Session, sql: string): Promise<void> {
    if (this.#owners.has(session.user)) return;
    const { read, written } = findTables(sql);
    if (read.length + written.length === 0) return;
    const names = await completeNames(session, [...read, ...written]);
    const lacks = new Set<string>();
    names.forEach(([catalog = '', schema = '', table = ''], index) => {
      const path = `${catalog}.${schema}.${table}`;
      if (!this.allows(session.user, catalog)) lacks.add(`USE CATALOG on Catalog '${catalog}'`);
      else if (!this.allows(session.user, `${catalog}.${schema}`)) {
        lacks.add(`USE SCHEMA on Schema '${catalog}.${schema}'`);
      } else if (index >= read.length) lacks.add(`MODIFY on Table '${path}'`);
      else if (!this.allows(session.user, path)) lacks.add(`SELECT on Table '${path}'`);
    });
    if (lacks.size === 0) return;
    const sentences = [...lacks].map((lack) => `User does not have ${lack}.`).join('\n');
    throw new EngineError(
      `[INSUFFICIENT_PERMISSIONS] Insufficient privileges:\n${sentences} SQLSTATE: 42501`,
      '42501',
    );
  }
}

/** Gives short names the current catalog and schema of the session. */
async function completeNames(session: Session, names: readonly (readonly string[])[]): Promise<string[][]> {
  if (names.every((name) => name.length === 3)) return names.map((name) => [...name]);
  const rows = await session.spark.readRows('SELECT current_catalog(), current_schema()');
  const [catalog, schema] = rows[0] ?? [];
  return names.map((name) => [catalog ?? '', schema ?? ''].slice(0, 3 - name.length).concat(name));
}
