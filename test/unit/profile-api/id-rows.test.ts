import fc from 'fast-check';
import { expect, it } from 'vitest';
import { IdRows } from '../../../electron/profile-api/id-rows.ts';
import { RowSet } from '../../../electron/profile-api/row-set.ts';

/** All rows of a hash, as a reader goes through them. */
function rowsOf(rows: IdRows, hash: number): number[] {
  const found: number[] = [];
  for (;;) {
    const row = rows.row(hash, found.length);
    if (row === 0) return found.sort((a, b) => a - b);
    found.push(row);
  }
}

it('finds all rows of a hash, whatever was added and deleted, among hashes that are the same or next to each other', () => {
  const hash = fc.oneof(fc.nat({ max: 40 }), fc.constantFrom(0xffff_ffff, 0xff00_0001, 0x8000_0000));
  const step = fc.record({ hash, isDeleted: fc.boolean(), pick: fc.nat() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const rows = new IdRows();
      const model = new Map<number, number[]>();
      for (const [at, each] of steps.entries()) {
        const held = model.get(each.hash) ?? [];
        if (each.isDeleted && held.length > 0) {
          const [gone = 0] = held.splice(each.pick % held.length, 1);
          rows.delete(each.hash, gone);
        } else {
          held.push(at + 1);
          rows.add(each.hash, at + 1);
        }
        model.set(each.hash, held);
        expect(rowsOf(rows, each.hash)).toEqual([...held].sort((a, b) => a - b));
      }
      for (const [each, held] of model) expect(rowsOf(rows, each)).toHaveLength(held.length);
    }),
  );
});

it('spreads ids that count up, and gives an id one hash', () => {
  const rows = new IdRows();
  const hashes = Array.from({ length: 100_000 }, (_, at) => rows.hash(`customer-${at}`));
  // Chance alone makes about one pair.
  expect(new Set(hashes).size).toBeGreaterThan(hashes.length - 20);
  expect(new Set(hashes.map((hash) => hash >>> 24)).size).toBe(256);
  expect(rows.hash('customer-7')).toBe(hashes[7]);
  for (const [at, hash] of hashes.entries()) rows.add(hash, at + 1);
  expect(rowsOf(rows, hashes[7] ?? 0)).toContain(8);
  rows.clear();
  expect(rowsOf(rows, hashes[7] ?? 0)).toEqual([]);
});

it('keeps a set of rows as a set of numbers does', () => {
  const row = fc.nat({ max: 5_000 });
  fc.assert(
    fc.property(fc.array(row), fc.array(row), fc.array(row), (added, deleted, others) => {
      const [rows, other] = [new RowSet(), new RowSet()];
      const model = new Set(added);
      for (const each of added) rows.add(each);
      for (const each of others) other.add(each);
      for (const each of deleted) {
        rows.delete(each);
        model.delete(each);
      }
      const sorted = [...model].sort((a, b) => a - b);
      expect([...rows.rows()]).toEqual(sorted);
      expect(rows.size).toBe(model.size);
      expect([...rows.without(other)]).toEqual(sorted.filter((each) => !others.includes(each)));
    }),
  );
});
