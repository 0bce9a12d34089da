import { CUSTOMER_ID } from '../domain/audience.ts';
import { TEXT } from '../domain/column-type.ts';
import { ADDS_AFTER } from '../domain/run.ts';
import type { TablePath } from '../domain/table-path.ts';
import { bindText } from './bind-value.ts';
import type { BoundValue, CompiledQuery } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import { quoteIdentifier } from './printer.ts';
import { StatementWriter } from './statement-writer.ts';

/**
 * Statements of a run in the writable schema. A run's rows are held in a table of their own (`rows`), so that they stay the same over a crash;
 * what an activation synced is held in `synced`. Values of fields are a list of texts, in the order of the fields of their recipes: lists
 * compare as a whole, and older rows may have other fields. Values are bound; only names of tables and whole numbers are in the texts.
 */
export interface RunTables {
  /** Members as they are now; gone once the rows are pinned. */
  readonly members: TablePath;
  /** seq, op, recipes, customer_id, fields: what the run sends. */
  readonly rows: TablePath;
  /** seq of rows that were not taken. */
  readonly left: TablePath;
  /** customer_id, recipes, fields, certain: what earlier runs of the activation had taken. */
  readonly synced: TablePath;
  /** customer_id of the rows that the last run rejected. */
  readonly retry: TablePath;
  /** id, document: the recipes that the rows of `synced` were sent by, for every computer that works on them. */
  readonly recipes: TablePath;
}

/** Names the tables of a run. `place` tells where the activation sends to, `run` is the run's id; letters, digits and `-` each. */
export function nameRunTables(
  schema: { readonly catalog: string; readonly schema: string },
  names: { readonly activation: string; readonly place: string; readonly run: string },
): RunTables {
  const { catalog } = schema;
  const table = (...parts: readonly string[]): TablePath => ({
    catalog,
    schema: schema.schema,
    table: ['slipway', ...parts].join('_').replaceAll('-', '_'),
  });
  const { activation, place, run } = names;
  return {
    members: table('members', run),
    rows: table('rows', run),
    left: table('left', run),
    synced: table('synced', activation, place),
    retry: table('retry', activation, place),
    recipes: table('recipes'),
  };
}

/** Rows of one op that share their recipes: one delivery. */
export interface RowGroup {
  readonly op: 'add' | 'remove';
  readonly recipes: string;
}

/** A run of positions within a group, both ends included. */
export interface SeqRange extends RowGroup {
  readonly first: number;
  readonly last: number;
}

/** Writes the statements of one dialect. */
export class RunStatements {
  readonly #dialect: Dialect;
  readonly #writer: StatementWriter<RunTables>;

  constructor(dialect: Dialect, tables: RunTables) {
    this.#dialect = dialect;
    this.#writer = new StatementWriter(dialect, tables);
  }

  createRows(): CompiledQuery {
    const { castTypes, passingTypes } = this.#dialect;
    const { text, repeated, list } = passingTypes;
    return this.#writer.recreate('rows', {
      seq: castTypes.bigint,
      op: repeated,
      recipes: repeated,
      customer_id: text,
      fields: list,
    });
  }

  createMembers(): CompiledQuery {
    const { text, list } = this.#dialect.passingTypes;
    return this.#writer.recreate('members', { customer_id: text, fields: list });
  }

  createSynced(): CompiledQuery {
    const { text, boolean } = this.#dialect.castTypes;
    const fields = this.#dialect.lists.type;
    return this.#writer.create('synced', { customer_id: text, recipes: text, fields, certain: boolean });
  }

  /** Pins all members as rows of one group. Positions begin above 0, which no engine promises by itself. */
  pinAll(members: CompiledQuery, group: RowGroup, onlyRetried: boolean): CompiledQuery {
    const { rowNumber } = this.#dialect;
    return {
      text: [
        `INSERT INTO ${this.#writer.table('rows')}`,
        `SELECT ${rowNumber} + 1, ${this.#writer.bound('op')}, ${this.#writer.bound('recipes')}, customer_id, fields`,
        `FROM (${this.#withFields(members)}) AS pinned${onlyRetried ? ` WHERE ${this.#isRetried()}` : ''}`,
      ].join('\n'),
      values: { ...members.values, ...bindGroup(group) },
      columns: [],
    };
  }

  holdMembers(members: CompiledQuery): CompiledQuery {
    const text = `INSERT INTO ${this.#writer.table('members')}\n${this.#withFields(members)}`;
    return this.#writer.statement(text, members.values);
  }

  /**
   * Pins what differs from what was synced: first what is to be removed by the recipes it was added with, then what is to be added. A customer
   * whose fields or recipes changed is both. What a staying member still has is not removed for one who left; and who shares an identifier with
   * somebody who is removed is added again, since a destination may find both by it. `identifiers` are places among the fields.
   */
  pinDifference(recipes: string, identifiers: readonly number[]): CompiledQuery[] {
    const [rows, members, synced] = [
      this.#writer.table('rows'),
      this.#writer.table('members'),
      this.#writer.table('synced'),
    ];
    const { rowNumber } = this.#dialect;
    const now = this.#writer.bound('recipes');
    const changed = `(s.recipes <> ${now} OR s.fields <> m.fields)`;
    const values = { recipes: bindText(recipes) };
    const isShared = identifiers.map((at) => {
      const gone = `SELECT ${this.#folded('fields', at)} FROM ${rows} WHERE op = 'remove' AND recipes = ${now}`;
      return ` OR ${this.#folded('m.fields', at)} IN (${gone} AND ${this.#folded('fields', at)} IS NOT NULL)`;
    });
    return [
      {
        text: `INSERT INTO ${rows}
SELECT ${rowNumber} + 1, 'remove', s.recipes, s.customer_id, s.fields
FROM ${synced} AS s
LEFT JOIN ${members} AS m ON m.customer_id = s.customer_id
LEFT JOIN (SELECT DISTINCT fields FROM ${members}) AS stays ON s.recipes = ${now} AND stays.fields = s.fields
WHERE (m.customer_id IS NULL OR ${changed}) AND stays.fields IS NULL`,
        values,
        columns: [],
      },
      {
        text: `INSERT INTO ${rows}
SELECT ${rowNumber} + ${ADDS_AFTER}, 'add', ${now}, m.customer_id, m.fields
FROM ${members} AS m
LEFT JOIN ${synced} AS s ON s.customer_id = m.customer_id
WHERE s.customer_id IS NULL OR NOT s.certain OR ${changed}${isShared.join('')}`,
        values,
        columns: [],
      },
    ];
  }

  countGroups(): CompiledQuery {
    const text = `SELECT op, recipes, count(*) AS rows FROM ${this.#writer.table('rows')} GROUP BY op, recipes ORDER BY op DESC, recipes`;
    return this.#writer.statement(text);
  }

  countMembers(): CompiledQuery {
    return this.#writer.statement(`SELECT count(*) AS members FROM ${this.#writer.table('members')}`);
  }

  /** The rows of a group after a position, in order: `seq`, then `fields` columns, all text. */
  readRows(group: RowGroup, fields: number, after: number): CompiledQuery {
    const { lists, castTypes, keepsOrder } = this.#dialect;
    const columns = Array.from({ length: fields }, (_, at) => `${lists.element('fields', at)} AS f${at + 1}`);
    return {
      text: `SELECT ${[`CAST(seq AS ${castTypes.text}) AS position`, ...columns].join(', ')}
FROM ${this.#writer.table('rows')}
WHERE op = ${this.#writer.bound('op')} AND recipes = ${this.#writer.bound('recipes')} AND seq > ${Math.trunc(after)}${keepsOrder ? '' : '\nORDER BY seq'}`,
      values: bindGroup(group),
      columns: ['position', ...columns.map((_, at) => `f${at + 1}`)].map((name) => ({ name, type: TEXT })),
    };
  }

  /** Keeps recipes where they are not kept yet. */
  keepRecipes(id: string, document: string): CompiledQuery[] {
    const name = this.#writer.table('recipes');
    const { text } = this.#dialect.castTypes;
    return [
      this.#writer.create('recipes', { id: text, document: text }),
      {
        text: `INSERT INTO ${name} SELECT ${this.#writer.bound('id')}, ${this.#writer.bound('document')} WHERE NOT EXISTS (SELECT 1 FROM ${name} WHERE id = ${this.#writer.bound('id')})`,
        values: { id: bindText(id), document: bindText(document) },
        columns: [],
      },
    ];
  }

  readRecipes(): CompiledQuery {
    return this.#writer.statement(`SELECT id, document FROM ${this.#writer.table('recipes')}`);
  }

  createLeft(): CompiledQuery {
    return this.#writer.recreate('left', { seq: this.#dialect.castTypes.bigint });
  }

  noteLeft(positions: readonly number[]): CompiledQuery {
    const values = positions.map((each) => `(${Math.trunc(each)})`).join(', ');
    return this.#writer.statement(`INSERT INTO ${this.#writer.table('left')} VALUES ${values}`);
  }

  /**
   * Takes what these ranges hold into what was synced, in this order; done again it gives the same. `hasLeft` says that positions were noted
   * which were not taken.
   */
  settle(taken: readonly SeqRange[], unknown: readonly SeqRange[], hasLeft: boolean): CompiledQuery[] {
    const [rows, synced] = [this.#writer.table('rows'), this.#writer.table('synced')];
    const notLeft = hasLeft ? ` AND seq NOT IN (SELECT seq FROM ${this.#writer.table('left')})` : '';
    const all = [...taken, ...unknown];
    if (all.length === 0) return [];
    const insert = (ranges: readonly SeqRange[], certain: boolean): CompiledQuery[] => {
      const added = ranges.filter(({ op }) => op === 'add');
      if (added.length === 0) return [];
      const { text, values } = this.#within(added);
      return [
        {
          text: `INSERT INTO ${synced} SELECT customer_id, recipes, fields, ${certain ? 'TRUE' : 'FALSE'} FROM ${rows} WHERE (${text})${notLeft}`,
          values,
          columns: [],
        },
      ];
    };
    const gone = this.#within(all);
    return [
      {
        // MERGE, since Delta's DELETE takes no subquery.
        text: `MERGE INTO ${synced} AS s
USING (SELECT DISTINCT customer_id FROM ${rows} WHERE (${gone.text})${notLeft}) AS gone
ON s.customer_id = gone.customer_id
WHEN MATCHED THEN DELETE`,
        values: gone.values,
        columns: [],
      },
      ...insert(taken, true),
      ...insert(unknown, false),
    ];
  }

  /** Remembers whose rows were left, so that they can be tried again. */
  keepRetry(): CompiledQuery[] {
    const text = `INSERT INTO ${this.#writer.table('retry')} SELECT DISTINCT customer_id FROM ${this.#writer.table('rows')} WHERE seq IN (SELECT seq FROM ${this.#writer.table('left')})`;
    return [
      this.#writer.recreate('retry', { customer_id: this.#dialect.castTypes.text }),
      this.#writer.statement(text),
    ];
  }

  drop(...tables: readonly (keyof RunTables)[]): CompiledQuery[] {
    return tables.map((table) => this.#writer.drop(table));
  }

  /** A field as most recipes make it alike: its spelling does not tell two identifiers apart. */
  #folded(list: string, at: number): string {
    return `lower(trim(${this.#dialect.lists.element(list, at)}))`;
  }

  #isRetried(): string {
    return `customer_id IN (SELECT customer_id FROM ${this.#writer.table('retry')})`;
  }

  #within(ranges: readonly SeqRange[]): { text: string; values: Record<string, BoundValue> } {
    const values: Record<string, BoundValue> = {};
    const parts = ranges.map(({ op, recipes, first, last }, at) => {
      values[`op${at}`] = bindText(op);
      values[`recipes${at}`] = bindText(recipes);
      return `(op = ${this.#writer.bound(`op${at}`)} AND recipes = ${this.#writer.bound(`recipes${at}`)} AND seq BETWEEN ${Math.trunc(first)} AND ${Math.trunc(last)})`;
    });
    return { text: parts.join(' OR '), values };
  }

  /** The members with their fields as one list. */
  #withFields(members: CompiledQuery): string {
    const fields = members.columns
      .filter(({ name }) => name !== CUSTOMER_ID)
      .map(({ name }) => quoteIdentifier(name, this.#dialect));
    return `SELECT customer_id, ${this.#dialect.lists.of(fields)} AS fields FROM (\n${members.text}\n) AS members`;
  }
}

function bindGroup({ op, recipes }: RowGroup): Record<string, BoundValue> {
  return { op: bindText(op), recipes: bindText(recipes) };
}
