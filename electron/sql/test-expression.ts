import { AppError, unreachable } from '../domain/app-error.ts';
import { type ColumnType, TEXT, familyOf } from '../domain/column-type.ts';
import { type Instant, addDuration, subtractDuration } from '../domain/duration.ts';
import type { Test } from '../domain/rule.ts';
import type { Scalar } from '../domain/scalar.ts';
import {
  type TimeValue,
  ceilToDay,
  floorToDay,
  nextDay,
  parseTimeValue,
  startOfDay,
} from '../domain/time-values.ts';
import { bindScalar, bindText } from './bind-value.ts';
import { type Expression, all, any, call, compare, value } from './expression.ts';

/**
 * The SQL of a test. The result is NULL where the tested value is NULL, except for `is-empty` and `is-not-empty`, which never are:
 * whoever uses it under a NOT or as a flag turns NULL into false.
 * @throws AppError VALUE_INVALID where an operand does not fit the type.
 */
export function testExpression(target: Expression, type: ColumnType, test: Test, asOf: Instant): Expression {
  switch (test.op) {
    case 'is-empty':
    case 'is-not-empty':
      return emptyExpression(target, type, test.op === 'is-empty');
    case 'is-true':
      return target;
    case 'is-false':
      return { kind: 'not', of: target };
    case 'equals':
      return compare(target, '=', value(bindScalar(test.value, type)));
    case 'not-equals':
      return compare(target, '<>', value(bindScalar(test.value, type)));
    case 'less-than':
      return compare(target, '<', value(bindScalar(test.value, type)));
    case 'at-most':
      return compare(target, '<=', value(bindScalar(test.value, type)));
    case 'greater-than':
      return compare(target, '>', value(bindScalar(test.value, type)));
    case 'at-least':
      return compare(target, '>=', value(bindScalar(test.value, type)));
    case 'in':
    case 'not-in': {
      const values = test.values.map((each) => bindScalar(each, type));
      return { kind: 'in', of: target, values, negated: test.op === 'not-in' };
    }
    case 'contains':
      return containsText(target, test.value);
    case 'not-contains':
      return { kind: 'not', of: containsText(target, test.value) };
    case 'starts-with':
    case 'ends-with': {
      const name = test.op === 'starts-with' ? 'startsWith' : 'endsWith';
      return { kind: 'dialect-call', name, args: [call('lower', target), lowered(test.value)] };
    }
    case 'has-element': {
      const element: ColumnType = type.kind === 'array' ? type.element : TEXT;
      const args = [target, value(bindScalar(test.value, element))];
      return { kind: 'dialect-call', name: 'listContains', args };
    }
    case 'between':
    case 'from-below':
      if (familyOf(type) === 'time') {
        const high = readTime(test.high);
        return all([
          timeCompare(target, type, 'from', readTime(test.low)),
          timeCompare(target, type, test.op === 'between' ? 'through' : 'before', high),
        ]);
      }
      return all([
        compare(target, '>=', value(bindScalar(test.low, type))),
        compare(target, test.op === 'between' ? '<=' : '<', value(bindScalar(test.high, type))),
      ]);
    case 'on': {
      const time = readTime(test.value);
      return all([timeCompare(target, type, 'from', time), timeCompare(target, type, 'through', time)]);
    }
    case 'before':
      return timeCompare(target, type, 'before', readTime(test.value));
    case 'after':
      return timeCompare(target, type, 'after', readTime(test.value));
    case 'in-last':
      return all([
        timeCompare(target, type, 'from', instant(subtractDuration(asOf, test.duration))),
        timeCompare(target, type, 'through', instant(asOf)),
      ]);
    case 'not-in-last':
      return timeCompare(target, type, 'before', instant(subtractDuration(asOf, test.duration)));
    case 'in-next':
      return all([
        timeCompare(target, type, 'after', instant(asOf)),
        timeCompare(target, type, 'through', instant(addDuration(asOf, test.duration))),
      ]);
    default:
      return unreachable(test);
  }
}

function emptyExpression(target: Expression, type: ColumnType, empty: boolean): Expression {
  const isNull: Expression = { kind: 'is-null', of: target, negated: !empty };
  if (type.kind === 'text') {
    const blank = compare(target, empty ? '=' : '<>', value(bindText('')));
    return empty ? any([isNull, blank]) : all([isNull, blank]);
  }
  if (type.kind === 'array') {
    const size: Expression = { kind: 'dialect-call', name: 'listSize', args: [target] };
    const none = compare(size, empty ? '=' : '>', { kind: 'literal', value: 0 });
    return empty ? any([isNull, none]) : all([isNull, none]);
  }
  return isNull;
}

function containsText(target: Expression, text: Scalar): Expression {
  return call('contains', call('lower', target), lowered(text));
}

/** The engine lowers both sides, so that one set of case rules applies. */
function lowered(text: Scalar): Expression {
  return call('lower', value(bindText(String(text))));
}

/** An instant as a point in time. */
export function instant(at: Instant): TimeValue {
  return { kind: 'instant', instant: at };
}

function readTime(scalar: Scalar): TimeValue {
  const time = parseTimeValue(String(scalar));
  if (time !== undefined) return time;
  throw new AppError({
    code: 'VALUE_INVALID',
    message: `“${String(scalar).slice(0, 60)}” is not a date or an instant.`,
    help: 'Write a day as 2026-10-31, or an instant in UTC as 2026-10-31T09:30:00Z.',
    retry: 'after-fix',
  });
}

/**
 * A comparison with a point in time. A day is the whole day: `from` and `before` mean its beginning, `through` and `after` its end.
 * The column stays bare on its side, so that engines can skip files by their statistics.
 */
export function timeCompare(
  target: Expression,
  type: ColumnType,
  relation: 'from' | 'before' | 'through' | 'after',
  time: TimeValue,
): Expression {
  if (type.kind === 'date') return dateCompare(target, relation, time);
  const bound = (at: Instant): Expression => value({ type: 'timestamp', value: at });
  if (time.kind === 'day') {
    const begin = bound(startOfDay(time.date));
    const end = bound(startOfDay(nextDay(time.date)));
    switch (relation) {
      case 'from':
        return compare(target, '>=', begin);
      case 'before':
        return compare(target, '<', begin);
      case 'through':
        return compare(target, '<', end);
      case 'after':
        return compare(target, '>=', end);
    }
  }
  const signs = { from: '>=', before: '<', through: '<=', after: '>' } as const;
  return compare(target, signs[relation], bound(time.instant));
}

/** A date is the midnight at which it begins. */
function dateCompare(
  target: Expression,
  relation: 'from' | 'before' | 'through' | 'after',
  time: TimeValue,
): Expression {
  const bound = (date: string): Expression => value({ type: 'date', value: date });
  const ceiling = time.kind === 'day' ? time.date : ceilToDay(time.instant);
  const floor = time.kind === 'day' ? time.date : floorToDay(time.instant);
  switch (relation) {
    case 'from':
      return compare(target, '>=', bound(ceiling));
    case 'before':
      return compare(target, '<', bound(ceiling));
    case 'through':
      return compare(target, '<=', bound(floor));
    case 'after':
      return compare(target, '>', bound(floor));
  }
}
