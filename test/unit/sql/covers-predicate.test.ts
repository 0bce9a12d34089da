import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlannedTest, RowPredicate } from '../../../electron/sql/audience-plan.ts';
import { coversPredicate } from '../../../electron/sql/covers-predicate.ts';

const TIME = { kind: 'timestamp', native: 'timestamp', zoned: true } as const;
const NUMBER = { kind: 'integer', native: 'int', bits: 32 } as const;
const INSTANTS = [1, 2, 3].map((day) => `2026-01-0${day}T00:00:00.000Z`);

interface Row {
  readonly a: number;
  readonly b: number;
  readonly at: string;
}

const filter: fc.Arbitrary<PlannedTest> = fc
  .record({ column: fc.constantFrom('a', 'b'), value: fc.constantFrom(1, 2) })
  .map(({ column, value }) => ({ column, path: [], type: NUMBER, test: { op: 'equals', value } }));

const instant = fc.constantFrom(...INSTANTS);
const window = fc
  .record({ from: instant, to: instant, toIncluded: fc.boolean() }, { requiredKeys: ['toIncluded'] })
  .map((each) => ({ column: 'at', type: TIME, ...each }));
const predicate: fc.Arbitrary<RowPredicate> = fc.record(
  { filters: fc.array(filter, { maxLength: 2 }), window },
  { requiredKeys: ['filters'] },
);

const row: fc.Arbitrary<Row> = fc.record({
  a: fc.constantFrom(1, 2),
  b: fc.constantFrom(1, 2),
  at: instant,
});

function meets(each: Row, { filters, window: within }: RowPredicate): boolean {
  const passes = filters.every(({ column, test }) => {
    const value = column === 'a' ? each.a : each.b;
    return test.op === 'equals' && test.value === value;
  });
  if (!passes || within === undefined) return passes;
  const { from, to, toIncluded } = within;
  const isAfter = from === undefined || each.at >= from;
  return isAfter && (to === undefined || each.at < to || (toIncluded && each.at === to));
}

describe('a predicate that covers another', () => {
  it('is met by every row that meets the other', () => {
    fc.assert(
      fc.property(predicate, predicate, fc.array(row, { minLength: 1 }), (wide, narrow, rows) => {
        fc.pre(coversPredicate(wide, narrow));
        expect(rows.filter((each) => meets(each, narrow) && !meets(each, wide))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has no filter that the other lacks, and a window that is no shorter', () => {
    const [first, second, third] = INSTANTS;
    if (first === undefined || second === undefined || third === undefined) throw new Error('No instants.');
    const within = (from: string, to: string, toIncluded = true): RowPredicate => ({
      filters: [],
      window: { column: 'at', type: TIME, from, to, toIncluded },
    });
    expect(coversPredicate({ filters: [] }, within(first, third))).toBe(true);
    expect(coversPredicate(within(first, third), within(second, third))).toBe(true);
    expect(coversPredicate(within(second, third), within(first, third))).toBe(false);
    expect(coversPredicate(within(first, third, false), within(first, third))).toBe(false);
    expect(coversPredicate(within(first, third), { filters: [] })).toBe(false);
  });
});
