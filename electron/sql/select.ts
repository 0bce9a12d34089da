import type { TablePath } from '../domain/table-path.ts';
import type { Expression } from './expression.ts';

/** Where rows come from: a table of the lakehouse, or a named query of the same statement. */
export type Relation =
  | { readonly kind: 'table'; readonly path: TablePath; readonly as?: string }
  | { readonly kind: 'named'; readonly name: string };

export interface Join {
  /** `LEFT SEMI` keeps the rows that find a match, each once. */
  readonly kind: 'LEFT' | 'INNER' | 'LEFT SEMI';
  readonly relation: Relation;
  readonly on: Expression;
}

/** The rows of several SELECTs of like columns, one after the other. */
export interface UnionAll {
  readonly unionAll: readonly Select[];
}

/** One SELECT as a tree; `with` holds the named queries it reads. */
export interface Select {
  readonly with?: readonly { readonly name: string; readonly query: Select | UnionAll }[];
  readonly distinct?: boolean;
  readonly columns: readonly { readonly expression: Expression; readonly as: string }[];
  readonly from: Relation;
  readonly joins?: readonly Join[];
  readonly where?: Expression;
  /** Expressions, or places of columns counted from 1. */
  readonly groupBy?: readonly (Expression | number)[];
  /** Which groups are kept. */
  readonly having?: Expression;
  readonly orderBy?: readonly { readonly by: Expression | number; readonly descending?: boolean }[];
  readonly limit?: number;
}
