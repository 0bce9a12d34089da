import type { TypeFamily } from './column-type.ts';

/** What an operator is given beside the column. */
export type Operands = 'none' | 'one' | 'many' | 'range' | 'duration';

/** One operator of a rule, as data. Its SQL is in `sql/test-expression.ts`. */
export interface OperatorSpec {
  /** What the editor shows between the attribute and the value. */
  readonly label: string;
  readonly operands: Operands;
  /** The families of columns it can ask of. */
  readonly families: readonly TypeFamily[];
}

/** Operators without a value. */
export const BARE_OPERATORS = ['is-empty', 'is-not-empty', 'is-true', 'is-false'] as const;
/** Operators with one value. */
export const VALUE_OPERATORS = [
  'equals',
  'not-equals',
  'less-than',
  'at-most',
  'greater-than',
  'at-least',
  'contains',
  'not-contains',
  'starts-with',
  'ends-with',
  'on',
  'before',
  'after',
  'has-element',
] as const;
/** Operators with a list of values. */
export const LIST_OPERATORS = ['in', 'not-in'] as const;
/** Operators with a lower and an upper end. */
export const RANGE_OPERATORS = ['between', 'from-below'] as const;
/** Operators with a length of time, relative to the run's `asOf`. */
export const DURATION_OPERATORS = ['in-last', 'not-in-last', 'in-next'] as const;

export type Operator =
  | (typeof BARE_OPERATORS)[number]
  | (typeof VALUE_OPERATORS)[number]
  | (typeof LIST_OPERATORS)[number]
  | (typeof RANGE_OPERATORS)[number]
  | (typeof DURATION_OPERATORS)[number];

const ALL: readonly TypeFamily[] = ['text', 'number', 'boolean', 'time', 'list', 'other'];

/** Every operator, in the order in which the editor offers them. A missing one does not compile. */
export const OPERATORS: Readonly<Record<Operator, OperatorSpec>> = {
  equals: { label: 'is', operands: 'one', families: ['text', 'number'] },
  'not-equals': { label: 'is not', operands: 'one', families: ['text', 'number'] },
  in: { label: 'is one of', operands: 'many', families: ['text', 'number'] },
  'not-in': { label: 'is none of', operands: 'many', families: ['text', 'number'] },
  'at-least': { label: 'is at least', operands: 'one', families: ['number'] },
  'greater-than': { label: 'is greater than', operands: 'one', families: ['number'] },
  'at-most': { label: 'is at most', operands: 'one', families: ['number'] },
  'less-than': { label: 'is less than', operands: 'one', families: ['number'] },
  between: { label: 'is between (both included)', operands: 'range', families: ['number', 'time'] },
  'from-below': { label: 'is from … to below', operands: 'range', families: ['number', 'time'] },
  contains: { label: 'contains', operands: 'one', families: ['text'] },
  'not-contains': { label: 'does not contain', operands: 'one', families: ['text'] },
  'starts-with': { label: 'starts with', operands: 'one', families: ['text'] },
  'ends-with': { label: 'ends with', operands: 'one', families: ['text'] },
  'is-true': { label: 'is true', operands: 'none', families: ['boolean'] },
  'is-false': { label: 'is false', operands: 'none', families: ['boolean'] },
  'in-last': { label: 'is in the last', operands: 'duration', families: ['time'] },
  'not-in-last': { label: 'is longer ago than', operands: 'duration', families: ['time'] },
  'in-next': { label: 'is in the next', operands: 'duration', families: ['time'] },
  on: { label: 'is on', operands: 'one', families: ['time'] },
  before: { label: 'is before', operands: 'one', families: ['time'] },
  after: { label: 'is after', operands: 'one', families: ['time'] },
  'has-element': { label: 'has the element', operands: 'one', families: ['list'] },
  'is-not-empty': { label: 'is not empty', operands: 'none', families: ALL },
  'is-empty': { label: 'is empty', operands: 'none', families: ALL },
};

/** The operators that can ask of a column of this family, in the order of the editor. */
export function operatorsFor(family: TypeFamily): Operator[] {
  return (Object.keys(OPERATORS) as Operator[]).filter((op) => OPERATORS[op].families.includes(family));
}
