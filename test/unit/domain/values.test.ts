import { describe, expect, it } from 'vitest';
import { addDuration, describeDuration, subtractDuration } from '../../../electron/domain/duration.ts';
import { makeId, outputName } from '../../../electron/domain/audience.ts';
import { decimalShape, toDecimalText } from '../../../electron/domain/scalar.ts';
import { formatTablePath, parseTablePath } from '../../../electron/domain/table-path.ts';
import { ceilToDay, nextDay, parseTimeValue } from '../../../electron/domain/time-values.ts';

describe('numbers of rules', () => {
  it.each([
    [0.66, '0.66'],
    ['007.500', '7.5'],
    ['-0', '0'],
    ['+3', '3'],
    [1e-7, '0.0000001'],
    [1.5e21, '1500000000000000000000'],
    [-2.5e-3, '-0.0025'],
    ['9223372036854775807', '9223372036854775807'],
    ['.5', '0.5'],
  ])('reads %s as %s', (value, text) => {
    expect(toDecimalText(value)).toBe(text);
  });

  it.each(['', 'abc', '1,5', '1e5', '0x10', 'NaN', true])('refuses %s', (value) => {
    expect(toDecimalText(value)).toBeUndefined();
  });

  it('knows the digits of a decimal', () => {
    expect(decimalShape('-12.345')).toEqual({ precision: 5, scale: 3 });
    expect(decimalShape('0.05')).toEqual({ precision: 2, scale: 2 });
  });
});

describe('durations', () => {
  it('steps months by the calendar and ends on the last day of a shorter month', () => {
    const march = '2026-03-31T10:00:00.000Z';
    expect(subtractDuration(march, { amount: 1, unit: 'months' })).toBe('2026-02-28T10:00:00.000Z');
    expect(subtractDuration('2024-02-29T00:00:00.000Z', { amount: 1, unit: 'years' })).toBe(
      '2023-02-28T00:00:00.000Z',
    );
    expect(addDuration('2025-12-31T00:00:00.000Z', { amount: 2, unit: 'months' })).toBe(
      '2026-02-28T00:00:00.000Z',
    );
  });

  it('steps days and weeks by fixed lengths', () => {
    expect(subtractDuration('2026-11-01T00:00:00.000Z', { amount: 90, unit: 'days' })).toBe(
      '2026-08-03T00:00:00.000Z',
    );
    expect(describeDuration({ amount: 1, unit: 'weeks' })).toBe('1 week');
  });
});

describe('points in time', () => {
  it('tells days from instants and refuses days that do not exist', () => {
    expect(parseTimeValue('2026-10-31')).toEqual({ kind: 'day', date: '2026-10-31' });
    expect(parseTimeValue('2026-10-31T09:30:00Z')).toEqual({
      kind: 'instant',
      instant: '2026-10-31T09:30:00.000Z',
    });
    for (const text of [
      '2026-02-30',
      '31.10.2026',
      '2026-10-31T25:00:00Z',
      '',
      '2026-10-31T09:30:00+02:00',
    ]) {
      expect(parseTimeValue(text)).toBeUndefined();
    }
  });

  it('rounds instants to midnights', () => {
    expect(ceilToDay('2026-10-31T00:00:00.000Z')).toBe('2026-10-31');
    expect(ceilToDay('2026-10-31T00:00:00.001Z')).toBe('2026-11-01');
    expect(nextDay('2026-12-31')).toBe('2027-01-01');
  });
});

describe('names', () => {
  it('reads and writes three-part table names, with backticks where needed', () => {
    const path = { catalog: 'main', schema: 'my.schema', table: 'a`b' };
    expect(formatTablePath(path)).toBe('main.`my.schema`.`a``b`');
    expect(parseTablePath(formatTablePath(path))).toEqual(path);
  });

  it.each(['retail.households', 'a.b.c.d', 'a..c', '', 'a.b.`c', 'a.b.c\u0000'])(
    'refuses the table name “%s”',
    (text) => {
      expect(() => parseTablePath(text)).toThrow(/three-part|not a/);
    },
  );

  it('makes ids from names and keeps them apart', () => {
    expect(makeId('Bundle target', new Set())).toBe('bundle-target');
    expect(makeId('Zürich & Łódź!', new Set(['zurich-odz']))).toBe('zurich-odz-2');
    expect(makeId('日本', new Set())).toBe('untitled');
    expect(makeId('x'.repeat(200), new Set())).toHaveLength(70);
  });

  it('names output columns', () => {
    expect(outputName({ kind: 'attribute', entity: 'customer', column: 'device', path: ['os'] })).toBe(
      'device_os',
    );
    expect(outputName({ kind: 'trait', trait: 'total-spend' })).toBe('total_spend');
  });
});
