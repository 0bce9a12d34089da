import { describe, expect, it } from 'vitest';
import { checkTest } from '../../../../electron/domain/check-test.ts';
import type { ColumnType } from '../../../../electron/domain/column-type.ts';
import { OPERATORS, operatorsFor, type Operator } from '../../../../electron/domain/operators.ts';
import { Test } from '../../../../electron/domain/rule.ts';
import { changeMeasure, fitComparison, measuredType } from '../../../../renderer/ui/rule/measured.ts';
import { attributeChoices, readRefKey, refKey } from '../../../../renderer/ui/rule/rule-choices.ts';
import { changeOperator, fitTest, readScalar, startTest } from '../../../../renderer/ui/rule/test-draft.ts';
import { sampleModel } from '../../../../electron/sample/sample-model.ts';
import { findEntity } from '../../../../electron/domain/model.ts';

const NUMBER: ColumnType = { kind: 'float', native: 'DOUBLE', bits: 64 };
const TEXT: ColumnType = { kind: 'text', native: 'VARCHAR' };
const BOOLEAN: ColumnType = { kind: 'boolean', native: 'BOOLEAN' };
const model = sampleModel();

describe('a test being written', () => {
  it('has the shape that each operator wants', () => {
    for (const op of Object.keys(OPERATORS).filter((each): each is Operator => each in OPERATORS)) {
      const test = changeOperator({ op: 'between', low: 1, high: 2 }, op);
      expect(test.op).toBe(op);
      expect(Test.safeParse(test).success).toBe(true);
    }
  });

  it('keeps its operands where the next operator takes them', () => {
    expect(changeOperator({ op: 'at-least', value: 0.33 }, 'from-below')).toEqual({
      op: 'from-below',
      low: 0.33,
      high: '',
    });
    expect(changeOperator({ op: 'from-below', low: 0.33, high: 0.66 }, 'in')).toEqual({
      op: 'in',
      values: [0.33, 0.66],
    });
    expect(changeOperator({ op: 'equals', value: '' }, 'in')).toEqual({ op: 'in', values: [] });
  });

  it('starts with the first operator of the type and stays where it fits', () => {
    expect(startTest(TEXT)).toEqual({ op: 'equals', value: '' });
    expect(startTest(BOOLEAN).op).toBe(operatorsFor('boolean')[0]);
    expect(fitTest({ op: 'at-least', value: 3 }, NUMBER)).toEqual({ op: 'at-least', value: 3 });
    expect(fitTest({ op: 'at-least', value: 3 }, BOOLEAN).op).toBe('is-true');
  });

  it('reads numbers exactly, and leaves what is none to the check', () => {
    expect(readScalar('0.660', NUMBER)).toBe(0.66);
    expect(readScalar('9223372036854775807', NUMBER)).toBe('9223372036854775807');
    expect(readScalar('abc', NUMBER)).toBe('abc');
    expect(readScalar('', NUMBER)).toBe('');
    expect(readScalar('0.66', TEXT)).toBe('0.66');
    expect(checkTest({ op: 'equals', value: 'abc' }, NUMBER, 'test')[0]?.where).toBe('test.value');
    expect(checkTest({ op: 'in', values: [] }, TEXT, 'test')[0]?.where).toBe('test.values');
  });
});

describe('a measure being written', () => {
  const transactions = findEntity(model, 'transactions');

  it('keeps its column where the next measure can take it', () => {
    expect(changeMeasure(transactions, { of: 'sum', column: 'amount' }, 'avg')).toEqual({
      of: 'avg',
      column: 'amount',
    });
    expect(changeMeasure(transactions, { of: 'latest', column: 'category' }, 'sum')).toEqual({
      of: 'sum',
      column: '',
    });
    expect(changeMeasure(transactions, { of: 'sum', column: 'amount' }, 'count')).toEqual({ of: 'count' });
  });

  it('brings the comparison that belongs to it', () => {
    expect(fitComparison(transactions, { of: 'exists' }, { op: 'at-least', value: 1 })).toBeUndefined();
    expect(fitComparison(transactions, { of: 'count' }, undefined)).toEqual({ op: 'at-least', value: 1 });
    const kept = fitComparison(transactions, { of: 'sum', column: 'amount' }, { op: 'at-most', value: 9 });
    expect(kept).toEqual({ op: 'at-most', value: 9 });
    expect(measuredType(transactions, { of: 'latest', column: 'category' })?.kind).toBe('text');
    expect(measuredType(transactions, { of: 'sum', column: '' })).toBeUndefined();
  });
});

describe('attributes to choose from', () => {
  it('offer fields of structs and leave hidden ones out, but for the one in use', () => {
    const web = findEntity(model, 'web-profiles');
    if (web === undefined) throw new Error('the sample has web profiles');
    const hidden = { ...web, attributes: web.attributes.map((each) => ({ ...each, hidden: true })) };
    const device = refKey({ column: 'device', path: ['os'] });
    expect(attributeChoices(web, '').map((choice) => choice.value)).toContain(device);
    expect(readRefKey(device)).toEqual({ column: 'device', path: ['os'] });
    expect(attributeChoices(hidden, '')).toEqual([]);
    expect(attributeChoices(hidden, device).map((choice) => choice.hint)).toEqual([
      'device',
      'device.os',
      'device.app_version',
    ]);
  });
});
