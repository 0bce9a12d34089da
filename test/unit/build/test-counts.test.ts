import { describe, expect, test } from 'vitest';
import { countPlaywright, countVitest } from '../../../build/test-counts.ts';

describe('the counts of a Vitest report', () => {
  const file = (status: string, ...tests: string[]) => ({
    status,
    assertionResults: tests.map((name) => ({ status: name })),
  });

  test('add up over files', () => {
    const report = { testResults: [file('passed', 'passed', 'passed'), file('failed', 'passed', 'failed')] };
    expect(countVitest(report)).toEqual({ passed: 3, failed: 1 });
  });

  test('take a skipped test as failed', () => {
    expect(countVitest({ testResults: [file('passed', 'passed', 'skipped', 'todo')] })).toEqual({
      passed: 1,
      failed: 2,
    });
  });

  test('take a file that could not be loaded as one failure', () => {
    expect(countVitest({ testResults: [file('failed')] })).toEqual({ passed: 0, failed: 1 });
  });

  test('refuse a report of another shape', () => {
    expect(() => countVitest({ tests: 3 })).toThrow();
  });
});

describe('the counts of a Playwright report', () => {
  test('take flaky, skipped and broken files as failed', () => {
    const stats = { expected: 5, unexpected: 1, flaky: 1, skipped: 2 };
    expect(countPlaywright({ stats, errors: [{ message: 'cannot load' }] })).toEqual({
      passed: 5,
      failed: 5,
    });
  });
});
