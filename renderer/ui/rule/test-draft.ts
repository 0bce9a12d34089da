import { type ColumnType, familyOf } from '../../../electron/domain/column-type.ts';
import type { Duration } from '../../../electron/domain/duration.ts';
import {
  BARE_OPERATORS,
  LIST_OPERATORS,
  OPERATORS,
  type Operator,
  operatorsFor,
  RANGE_OPERATORS,
  VALUE_OPERATORS,
} from '../../../electron/domain/operators.ts';
import type { Test } from '../../../electron/domain/rule.ts';
import { type Scalar, toDecimalText } from '../../../electron/domain/scalar.ts';

const A_MONTH: Duration = { amount: 30, unit: 'days' };

/** A test to start from for a type: its first operator, with empty operands. */
export function startTest(type: ColumnType | undefined): Test {
  const op = type === undefined ? 'is-not-empty' : (operatorsFor(familyOf(type))[0] ?? 'is-not-empty');
  return changeOperator({ op: 'is-not-empty' }, op);
}

/** The test with another operator; operands that fit are kept. */
export function changeOperator(test: Test, op: Operator): Test {
  const operands = readOperands(test);
  if (isOneOf(BARE_OPERATORS, op)) return { op };
  if (isOneOf(VALUE_OPERATORS, op)) return { op, value: operands[0] ?? '' };
  if (isOneOf(LIST_OPERATORS, op)) return { op, values: operands.filter((each) => each !== '') };
  if (isOneOf(RANGE_OPERATORS, op)) return { op, low: operands[0] ?? '', high: operands[1] ?? '' };
  return { op, duration: 'duration' in test ? test.duration : A_MONTH };
}

/** The test as it stands where its operator fits the type, else one to start from. */
export function fitTest(test: Test | undefined, type: ColumnType | undefined): Test {
  if (test === undefined || type === undefined) return startTest(type);
  return OPERATORS[test.op].families.includes(familyOf(type)) ? test : startTest(type);
}

/** The operands of a test as single values, without a duration. */
export function readOperands(test: Test): readonly Scalar[] {
  if ('value' in test) return [test.value];
  if ('values' in test) return test.values;
  if ('low' in test) return [test.low, test.high];
  return [];
}

/**
 * A typed text as the value of a column of this type. Numbers that JavaScript cannot hold exactly stay text, as does
 * text that is no number, so that the check can say so.
 */
export function readScalar(text: string, type: ColumnType | undefined): Scalar {
  if (type === undefined || familyOf(type) !== 'number') return text;
  const decimal = toDecimalText(text);
  if (decimal === undefined || text.trim() === '') return text;
  return toDecimalText(Number(decimal)) === decimal ? Number(decimal) : decimal;
}

function isOneOf<T extends string>(list: readonly T[], value: string): value is T {
  return list.some((each) => each === value);
}
