import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CutBatch, type PositionedBlock, cutBatches } from '../../../electron/activation/cut-batches.ts';
import type { PreparedField } from '../../../electron/activation/prepare-rows.ts';
import type { RejectedRow } from '../../../electron/domain/run.ts';

const FIELDS: readonly PreparedField[] = [
  { field: 'email', isIdentifier: true, recipe: { steps: ['trim', 'email'], hash: 'none' } },
  { field: 'note', isIdentifier: false, recipe: { steps: [], hash: 'none' } },
];

type Row = readonly [email: string | null, note: string | null];

/** Rows in blocks of some size, at positions that rise with gaps. */
async function* blocksOf(rows: readonly Row[], size: number, after = 0): AsyncGenerator<PositionedBlock> {
  const placed = rows
    .map((row, at) => ({ row, position: 3 * at + 5 }))
    .filter(({ position }) => position > after);
  for (let at = 0; at < placed.length; at += size) {
    const block = placed.slice(at, at + size);
    yield {
      positions: block.map(({ position }) => position),
      columns: [block.map(({ row }) => row[0]), block.map(({ row }) => row[1])],
    };
  }
}

async function cutAll(
  blocks: AsyncIterable<PositionedBlock>,
  limits: { readonly rows: number; readonly bytes: number; readonly rowOverhead: number },
  before = 0,
): Promise<{ batches: CutBatch[]; rejected: RejectedRow[] }> {
  const batches: CutBatch[] = [];
  const cuts = cutBatches(blocks, FIELDS, limits, before);
  for (;;) {
    const next = await cuts.next();
    if (next.done === true)
      return { batches, rejected: [...batches.flatMap((each) => each.rejected), ...next.value.rejected] };
    batches.push(next.value);
  }
}

const email = fc.integer({ min: 0, max: 99 }).map((number) => `p${number}@example.com`);
const row = fc.tuple(
  fc.oneof({ weight: 3, arbitrary: email }, fc.constantFrom(null, '', 'nobody', ' spaced@example.com ')),
  fc.oneof(fc.constant(null), fc.string({ unit: 'grapheme', maxLength: 30 })),
);
const limits = fc.record({
  rows: fc.integer({ min: 1, max: 9 }),
  bytes: fc.integer({ min: 200, max: 400 }),
  rowOverhead: fc.integer({ min: 0, max: 10 }),
});

describe('batches', () => {
  it('hold every row that can be sent once, in order, within their limits, whatever the blocks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 60 }),
        limits,
        fc.integer({ min: 1, max: 20 }),
        async (rows, limit, size) => {
          const { batches, rejected } = await cutAll(blocksOf(rows, size), limit);
          const isSendable = ([address]: Row): boolean => address !== null && address.includes('@');
          expect(batches.flatMap((each) => each.rows.map(([address]) => address))).toEqual(
            rows.filter(isSendable).map(([address]) => address?.trim()),
          );
          expect(batches.flatMap((each) => each.positions)).toEqual(
            rows.flatMap((each, at) => (isSendable(each) ? [3 * at + 5] : [])),
          );
          expect(rejected.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(
            rows.flatMap((each, at) => (isSendable(each) ? [] : [3 * at + 5])),
          );
          for (const [at, batch] of batches.entries()) {
            expect(batch.number).toBe(at + 1);
            expect(batch.isLast).toBe(at === batches.length - 1);
            expect(batch.rows.length).toBeLessThanOrEqual(limit.rows);
            expect(batch.bytes).toBeLessThanOrEqual(limit.bytes);
          }
          expect(await cutAll(blocksOf(rows, 7), limit)).toEqual({ batches, rejected });
        },
      ),
    );
  });

  it('are the same when their rows are read from the end of an earlier batch on', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 60 }),
        limits,
        fc.nat(),
        async (rows, limit, pick) => {
          const { batches } = await cutAll(blocksOf(rows, 11), limit);
          fc.pre(batches.length > 1);
          const done = batches[pick % (batches.length - 1)];
          const rest = await cutAll(blocksOf(rows, 4, done?.lastSeq), limit, done?.number);
          expect(rest.batches).toEqual(batches.slice(done?.number));
        },
      ),
    );
  });

  it('leave out a row that is larger than a request may be, and say so', async () => {
    const rows: Row[] = [
      ['a@example.com', 'x'.repeat(500)],
      ['b@example.com', null],
    ];
    const { batches, rejected } = await cutAll(blocksOf(rows, 5), { rows: 10, bytes: 200, rowOverhead: 0 });
    expect(batches.map((each) => each.rows)).toEqual([[['b@example.com', null]]]);
    expect(rejected).toEqual([{ seq: 5, reason: 'The row is larger than a request may be.' }]);
  });

  it('tell which identifier was of no use, without its value', async () => {
    const rows: Row[] = [
      ['not an address', null],
      [null, 'somebody'],
    ];
    const { batches, rejected } = await cutAll(blocksOf(rows, 5), { rows: 10, bytes: 200, rowOverhead: 0 });
    expect(batches).toEqual([]);
    expect(rejected).toEqual([
      { seq: 5, field: 'email', reason: 'It is not an e-mail address.' },
      { seq: 8, reason: 'No identifier is known.' },
    ]);
  });
});
