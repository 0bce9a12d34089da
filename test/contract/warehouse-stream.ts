import { describe, expect, it } from 'vitest';
import { AppError } from '../../electron/domain/app-error.ts';
import type { BoundValue, CompiledQuery } from '../../electron/sql/compiled-query.ts';
import { quoteTable } from '../../electron/sql/printer.ts';
import type { ActOptions, OpenWarehouse } from '../../electron/warehouses/warehouse.ts';
import { ESCAPE_CORPUS } from './escape-corpus.ts';
import type { WarehouseFixture } from './warehouse.contract.ts';

/** A statement without bound values. */
export function plainQuery(text: string, values: Record<string, BoundValue> = {}): CompiledQuery {
  return { text, values, columns: [] };
}

/** The rows of a stream. Each block is held to its own number of rows. */
export async function readStream(
  warehouse: OpenWarehouse,
  query: CompiledQuery,
  options: ActOptions = {},
): Promise<(string | null)[][]> {
  const rows: (string | null)[][] = [];
  for await (const block of warehouse.stream(query, options)) {
    for (const column of block.columns) expect(column).toHaveLength(block.rows);
    for (let row = 0; row < block.rows; row += 1) {
      rows.push(block.columns.map((column) => column[row] ?? null));
    }
  }
  return rows;
}

/** What every warehouse does when it streams. */
export function describeStreams(fixture: WarehouseFixture, opened: () => OpenWarehouse): void {
  const { dialect } = fixture.kind;
  const { text: textType } = dialect.castTypes;
  const asText = (expression: string): string => `CAST(${expression} AS ${textType})`;
  /** Numbers from 0 as texts, beside a text of some length that is missing in each seventh row. */
  const numbered = (count: number): CompiledQuery =>
    plainQuery(
      `SELECT ${asText('t.n')} AS n, CASE WHEN t.n % 7 = 0 THEN NULL ELSE concat('row number ', ${asText('t.n')}, ' – é') END AS words FROM (${fixture.numbers(count)}) AS t ORDER BY t.n DESC`,
    );
  const wordsOf = (n: number): string | null => (n % 7 === 0 ? null : `row number ${n} – é`);

  describe('streams', () => {
    it('give texts exactly, NULL among them, in the order of the query', async () => {
      const texts = [null, ...ESCAPE_CORPUS, 'é'.repeat(7), 'twelve bytes', 'thirteenbytes'];
      const values: Record<string, BoundValue> = {};
      const rows = texts.map((text, at) => {
        if (text !== null) values[`p${at}`] = { type: 'text', value: text };
        const words = text === null ? 'NULL' : `${dialect.parameterPrefix}p${at}`;
        return `SELECT ${at} AS place, ${asText(words)} AS words`;
      });
      const text = `SELECT ${asText('t.place')} AS place, t.words AS words FROM (${rows.join(' UNION ALL ')}) AS t ORDER BY t.place`;
      const read = await readStream(opened(), plainQuery(text, values));
      expect(read).toEqual(texts.map((each, at) => [String(at), each]));
    });

    it('give nothing where there are no rows', async () => {
      expect(await readStream(opened(), numbered(0))).toEqual([]);
    });

    it('of 100,000 rows give each of them once, in order, in blocks', async () => {
      const count = 100_000;
      let next = count - 1;
      let blocks = 0;
      for await (const { rows, columns } of opened().stream(numbered(count))) {
        const [numbers = [], words = []] = columns;
        blocks += 1;
        const expected = Array.from({ length: rows }, (_, at) => next - at);
        expect(numbers).toEqual(expected.map(String));
        expect(words).toEqual(expected.map(wordsOf));
        next -= rows;
      }
      expect(next).toBe(-1);
      expect(blocks).toBeGreaterThan(10);
    });

    it('that are left early leave room for others', async () => {
      for (let left = 0; left < 6; left += 1) {
        for await (const { rows } of opened().stream(numbered(50_000))) {
          expect(rows).toBeGreaterThan(0);
          break;
        }
      }
      expect((await opened().query(plainQuery('SELECT 1 AS v'))).rows).toEqual([[1]]);
    });

    it('run two at a time', async () => {
      const one = opened().stream(numbered(9_000))[Symbol.asyncIterator]();
      const other = opened().stream(numbered(9_000))[Symbol.asyncIterator]();
      const counts = [0, 0];
      let isOver = [false, false];
      while (isOver.includes(false)) {
        const both = await Promise.all([one.next(), other.next()]);
        isOver = both.map((each) => each.done === true);
        for (const [at, each] of both.entries())
          counts[at] = (counts[at] ?? 0) + (each.done === true ? 0 : each.value.rows);
      }
      expect(counts).toEqual([9_000, 9_000]);
    });

    it('are cancelled before they start, while they wait, and between blocks', async () => {
      const early = readStream(opened(), numbered(1), { signal: AbortSignal.abort() });
      await expect(early).rejects.toMatchObject({ code: 'CANCELLED' });
      const waiting = new AbortController();
      const long = plainQuery(`SELECT ${asText('t.n')} AS n FROM (${fixture.longQuery}) AS t`);
      setTimeout(() => waiting.abort(), 100);
      await expect(readStream(opened(), long, { signal: waiting.signal })).rejects.toMatchObject({
        code: 'CANCELLED',
      });
      const between = new AbortController();
      const read = async (): Promise<void> => {
        for await (const { rows } of opened().stream(numbered(50_000), { signal: between.signal })) {
          expect(rows).toBeGreaterThan(0);
          between.abort();
        }
      };
      await expect(read()).rejects.toMatchObject({ code: 'CANCELLED' });
      expect((await opened().query(plainQuery('SELECT 1 AS v'))).rows).toEqual([[1]]);
    });

    it('tell what is wrong with their statement, and no value of a row', async () => {
      const missing = { ...fixture.table.path, table: 'no_such_table' };
      const none = readStream(opened(), plainQuery(`SELECT * FROM ${quoteTable(missing, dialect)}`));
      await expect(none).rejects.toMatchObject({ code: 'TABLE_MISSING' });
      const late = `SELECT ${asText(`CASE WHEN t.n < 5000 THEN t.n ELSE CAST(concat('canary-', ${asText('t.n')}) AS BIGINT) END`)} AS n FROM (${fixture.numbers(6_000)}) AS t`;
      const error: unknown = await readStream(opened(), plainQuery(late)).catch((each: unknown) => each);
      expect(error).toMatchObject({ code: 'QUERY_FAILED' });
      expect(JSON.stringify([error, String(error), error instanceof Error && error.cause])).not.toContain(
        'canary',
      );
    });

    it('refuse a column that is not text', async () => {
      const act = readStream(opened(), plainQuery(fixture.numbers(3)));
      await expect(act).rejects.toMatchObject({ code: 'INTERNAL' });
    });

    it('end when the warehouse is closed', async () => {
      const second = await fixture.open();
      const rows = second.stream(numbered(50_000))[Symbol.asyncIterator]();
      expect((await rows.next()).done).toBe(false);
      await second.close();
      const rest = async (): Promise<void> => {
        while ((await rows.next()).done !== true);
      };
      await expect(rest()).rejects.toBeInstanceOf(AppError);
    });
  });
}
