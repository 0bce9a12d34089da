import type { ColumnType } from '../domain/column-type.ts';

/** The type a value is bound with. The warehouse turns it into its driver's parameter. */
export type BindType = 'text' | 'bigint' | 'double' | 'boolean' | 'decimal' | 'date' | 'timestamp';

/** A value as it is bound: numbers of type `bigint` and `decimal` as exact text, dates and instants as ISO text in UTC. */
export interface BoundValue {
  readonly type: BindType;
  readonly value: string | number | boolean;
}

/** A column of a result, by its name and the type it has on every engine. */
export interface ResultColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/**
 * A statement ready to run: text with placeholders, and the values bound to them, by name (`p1`, `p2` …). No value is ever in the text.
 * `columns` are the columns of the result, in order.
 */
export interface CompiledQuery {
  readonly text: string;
  readonly values: Readonly<Record<string, BoundValue>>;
  readonly columns: readonly ResultColumn[];
}
