import type { ColumnType } from '../domain/column-type.ts';
import type { BoundValue } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';

/** The comparison operators of SQL that plans use. */
export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** A scalar expression as a tree. Values are nodes, so that they can only be bound; names are nodes, so that they can only be quoted. */
export type Expression =
  | { readonly kind: 'column'; readonly relation?: string; readonly name: string }
  | { readonly kind: 'field'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'value'; readonly value: BoundValue }
  | { readonly kind: 'literal'; readonly value: number | boolean | null }
  | {
      readonly kind: 'compare';
      readonly op: Comparison;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'arithmetic';
      readonly op: '+' | '-' | '/' | '&';
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'is-null'; readonly of: Expression; readonly negated: boolean }
  | {
      readonly kind: 'in';
      readonly of: Expression;
      readonly values: readonly BoundValue[];
      readonly negated: boolean;
    }
  | {
      readonly kind: 'case';
      readonly when: Expression;
      readonly then: Expression;
      readonly otherwise?: Expression;
    }
  | { readonly kind: 'cast'; readonly of: Expression; readonly to: CastTarget; readonly safe?: boolean }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  /** A function or form that the dialect spells. */
  | {
      readonly kind: 'dialect-call';
      readonly name: keyof Dialect['functions'];
      readonly args: readonly Expression[];
    }
  /** An aggregate over a group's rows, optionally over those only that meet `filter`. */
  | {
      readonly kind: 'aggregate';
      readonly name: string;
      readonly distinct?: boolean;
      readonly of: Expression | '*';
      readonly filter?: Expression;
    };

/** A type to cast to, in the dialect's spelling, or a decimal of stated size. */
export type CastTarget =
  | { readonly type: keyof Dialect['castTypes'] }
  | { readonly type: 'decimal'; readonly precision: number; readonly scale: number };

export const TRUE: Expression = { kind: 'literal', value: true };
export const FALSE: Expression = { kind: 'literal', value: false };

/** A column, of a relation where names could collide. */
export function column(name: string, relation?: string): Expression {
  return relation === undefined ? { kind: 'column', name } : { kind: 'column', relation, name };
}

/** A comparison of two expressions. */
export function compare(left: Expression, op: Comparison, right: Expression): Expression {
  return { kind: 'compare', op, left, right };
}

/** A bound value. */
export function value(bound: BoundValue): Expression {
  return { kind: 'value', value: bound };
}

/** True where all hold; nothing to hold is TRUE. */
export function all(of: readonly Expression[]): Expression {
  const [first, ...rest] = of;
  return first === undefined ? TRUE : rest.length === 0 ? first : { kind: 'all', of };
}

/** True where any holds; nothing to hold is FALSE. */
export function any(of: readonly Expression[]): Expression {
  const [first, ...rest] = of;
  return first === undefined ? FALSE : rest.length === 0 ? first : { kind: 'any', of };
}

/** A plain function call that both engines spell alike. */
export function call(name: string, ...args: Expression[]): Expression {
  return { kind: 'call', name, args };
}

/** An expression of a type as text. */
export function asText(expression: Expression, type: ColumnType): Expression {
  return type.kind === 'text' ? expression : { kind: 'cast', of: expression, to: { type: 'text' } };
}
