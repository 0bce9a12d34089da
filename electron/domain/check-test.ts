import { type ColumnType, familyOf } from './column-type.ts';
import { OPERATORS } from './operators.ts';
import { type Problem, errorAt } from './problem.ts';
import type { Test } from './rule.ts';
import { type Scalar, toDecimalText } from './scalar.ts';
import { parseTimeValue } from './time-values.ts';

/** Finds what is wrong with a test of a value of this type; `where` is the path of the test. */
export function checkTest(test: Test, type: ColumnType, where: string): Problem[] {
  const family = familyOf(type);
  const spec = OPERATORS[test.op];
  if (!spec.families.includes(family)) {
    return [
      errorAt(
        where,
        `“${spec.label}” cannot be asked of a column of type ${type.native}.`,
        'Choose another operator.',
      ),
    ];
  }
  if ('values' in test && test.values.length === 0) {
    return [errorAt(`${where}.values`, 'The list is empty.', 'Add at least one value.')];
  }
  const operandType = type.kind === 'array' ? type.element : type;
  const operands = operandsOf(test);
  const problems = operands.flatMap(({ key, scalar }) => checkScalar(scalar, operandType, `${where}.${key}`));
  if (problems.length === 0 && (test.op === 'between' || test.op === 'from-below')) {
    if (isAbove(test.low, test.high, family === 'time')) {
      problems.push(errorAt(where, 'The lower end is above the upper end.', 'Swap the two values.'));
    }
  }
  return problems;
}

function operandsOf(test: Test): { key: string; scalar: Scalar }[] {
  if ('value' in test) return [{ key: 'value', scalar: test.value }];
  if ('values' in test) return test.values.map((scalar, at) => ({ key: `values[${at}]`, scalar }));
  if ('low' in test) {
    return [
      { key: 'low', scalar: test.low },
      { key: 'high', scalar: test.high },
    ];
  }
  return [];
}

function checkScalar(scalar: Scalar, type: ColumnType, where: string): Problem[] {
  switch (familyOf(type)) {
    case 'number':
      if (scalar !== '' && toDecimalText(scalar) !== undefined) return [];
      return [
        errorAt(
          where,
          scalar === '' ? 'A number is missing.' : 'The value is not a number.',
          'Enter a number, such as 0.66.',
        ),
      ];
    case 'time': {
      const time = parseTimeValue(String(scalar));
      if (time === undefined)
        return [errorAt(where, 'The value is not a date.', 'Write a day as 2026-10-31.')];
      if (type.kind === 'date' && time.kind === 'instant') {
        return [
          errorAt(where, 'The column holds whole days, the value an instant.', 'Write a day as 2026-10-31.'),
        ];
      }
      return [];
    }
    case 'text':
      if (String(scalar).includes('\u0000') || /\p{Cs}/u.test(String(scalar))) {
        return [errorAt(where, 'The value holds a character that cannot be stored as text.', 'Remove it.')];
      }
      return [];
    default:
      return [];
  }
}

function isAbove(low: Scalar, high: Scalar, time: boolean): boolean {
  // Days and instants in UTC are ordered by their text; a day is the beginning of its text among instants.
  return time ? String(low).slice(0, 10) > String(high).slice(0, 10) : Number(low) > Number(high);
}
