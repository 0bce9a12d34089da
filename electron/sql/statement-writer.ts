import type { TablePath } from '../domain/table-path.ts';
import type { BoundValue, CompiledQuery } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import { quoteTable } from './printer.ts';

/** Placeholders of either spelling. */
const PLACEHOLDERS = /[$:][a-z_]\w*/gi;

/** The types of a table's columns by their names, in order. */
type Columns = Readonly<Record<string, string>>;

/** Writes statements over some tables of the schema for state, by the names that the code has for them. */
export class StatementWriter<Tables extends { readonly [Name in keyof Tables]: TablePath }> {
  readonly dialect: Dialect;
  /** NULL as a text and as an instant: in a UNION an engine takes the type of the first. */
  readonly nullText: string;
  readonly nullTime: string;
  readonly #tables: Tables;

  constructor(dialect: Dialect, tables: Tables) {
    this.dialect = dialect;
    this.nullText = `CAST(NULL AS ${dialect.castTypes.text})`;
    this.nullTime = `CAST(NULL AS ${dialect.castTypes.timestamp})`;
    this.#tables = tables;
  }

  /** The quoted name of a table. */
  table(name: keyof Tables): string {
    return quoteTable(this.#tables[name], this.dialect);
  }

  /** The placeholder of a bound value. */
  bound(name: string): string {
    return this.dialect.parameterPrefix + name;
  }

  /** A statement without a result, with those of the values that its text names: engines refuse one that no placeholder asks for. */
  statement(text: string, values: Readonly<Record<string, BoundValue>> = {}): CompiledQuery {
    const named = new Set(text.match(PLACEHOLDERS));
    const used = Object.entries(values).filter(([name]) => named.has(this.bound(name)));
    return { text, values: Object.fromEntries(used), columns: [] };
  }

  /** Makes a table where it is not there. `columns` are types by the names, in the engine's spelling. */
  create(name: keyof Tables, columns: Columns): CompiledQuery {
    return this.statement(`CREATE TABLE IF NOT EXISTS ${this.#defined(name, columns)}`);
  }

  /** Makes a table anew, empty, whatever a crash left of it. */
  recreate(name: keyof Tables, columns: Columns): CompiledQuery {
    return this.statement(`CREATE OR REPLACE TABLE ${this.#defined(name, columns)}`);
  }

  drop(name: keyof Tables): CompiledQuery {
    return this.statement(`DROP TABLE IF EXISTS ${this.table(name)}`);
  }

  #defined(name: keyof Tables, columns: Columns): string {
    const texts = Object.entries(columns).map(([column, type]) => `${column} ${type}`);
    return `${this.table(name)} (${texts.join(', ')})${this.dialect.tableFormat}`;
  }
}
