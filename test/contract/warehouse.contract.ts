import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashWhileWritten } from '../../electron/activation/files/hash-file.ts';
import { AppError } from '../../electron/domain/app-error.ts';
import type { TableMetadata } from '../../electron/domain/catalog.ts';
import type { FileFormat } from '../../electron/domain/run.ts';
import { sameTable, type TablePath } from '../../electron/domain/table-path.ts';
import type { BoundValue, CompiledQuery } from '../../electron/sql/compiled-query.ts';
import { quoteTable } from '../../electron/sql/printer.ts';
import type {
  ExportResult,
  OpenWarehouse,
  Progress,
  ResultValue,
  WarehouseKind,
} from '../../electron/warehouses/warehouse.ts';
import { ESCAPE_CORPUS } from './escape-corpus.ts';
import { describeState } from './warehouse-state.ts';
import { describeStreams } from './warehouse-stream.ts';
import type { TestStep } from '../../electron/domain/test-step.ts';

/** What the suite must know of a warehouse that it tests. */
export interface WarehouseFixture {
  readonly kind: WarehouseKind;
  readonly open: () => Promise<OpenWarehouse>;
  /** A table that is there, with some of its columns and its rows. */
  readonly table: { readonly path: TablePath; readonly columns: readonly string[]; readonly rows: number };
  /** Expressions in the engine's own SQL, and the value each must give. */
  readonly literals: readonly (readonly [expression: string, expected: ResultValue])[];
  /** A query that would run for minutes. */
  readonly longQuery: string;
  /** A query of `count` rows with one column `n`, 0 first. */
  readonly numbers: (count: number) => string;
  readonly formats: readonly FileFormat[];
  /** False where the connection under test has no schema to write to. */
  readonly hasState: boolean;
  /** True where the state is no part of the catalogs that are discovered. */
  readonly isStateHidden?: boolean;
  /** What a CREATE TABLE says of the format of the table. */
  readonly tableFormat?: string;
}

/** Every warehouse must pass these, whatever engine stands behind it. */
export function describeWarehouse(name: string, fixture: WarehouseFixture): void {
  const { dialect } = fixture.kind;
  const p = (at: number): string => `${dialect.parameterPrefix}p${at}`;
  const query = (text: string, values: Record<string, BoundValue> = {}): CompiledQuery => ({
    text,
    values,
    columns: [],
  });

  describe(name, () => {
    let warehouse: OpenWarehouse;
    let folder = '';
    const missing: TablePath = { ...fixture.table.path, table: 'no_such_table' };
    const valueOf = async (text: string, values: Record<string, BoundValue> = {}): Promise<unknown> =>
      (await warehouse.query(query(text, values))).rows[0]?.[0];

    beforeAll(async () => {
      warehouse = await fixture.open();
      folder = await mkdtemp(join(tmpdir(), 'contract-'));
    });

    afterAll(async () => {
      await warehouse.close();
      await rm(folder, { recursive: true, force: true });
    });

    describe('values', () => {
      it.each(fixture.literals)('%s comes back exactly', async (expression, expected) => {
        expect(await valueOf(`SELECT ${expression} AS v`)).toEqual(expected);
      });

      it.each([
        ['bigint', '9223372036854775807', '9223372036854775807'],
        ['bigint', '-9223372036854775808', '-9223372036854775808'],
        ['bigint', '42', 42],
        ['double', 0.1, 0.1],
        ['double', Number.NaN, Number.NaN],
        ['boolean', true, true],
        ['boolean', false, false],
        ['date', '1969-12-31', '1969-12-31'],
        ['date', '0001-01-01', '0001-01-01'],
        ['date', '2024-02-29', '2024-02-29'],
        ['timestamp', '1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
        ['timestamp', '2026-11-01T00:00:00.123456Z', '2026-11-01T00:00:00.123456Z'],
      ] as const)('a bound %s %s comes back exactly', async (type, value, expected) => {
        const bound = { p1: { type, value } };
        expect(await valueOf(`SELECT CAST(${p(1)} AS ${dialect.castTypes[type]}) AS v`, bound)).toEqual(
          expected,
        );
      });

      it.each([
        ['12345678901234567890.123456789012345678', '12345678901234567890.123456789012345678'],
        ['-0.000000000000000001', '-0.000000000000000001'],
        ['0.66', '0.660000000000000000'],
      ])('a bound decimal %s comes back exactly', async (value, expected) => {
        const bound = { p1: { type: 'decimal', value } } as const;
        expect(await valueOf(`SELECT CAST(${p(1)} AS DECIMAL(38,18)) AS v`, bound)).toBe(expected);
      });

      it.each(ESCAPE_CORPUS.map((text) => [text]))('the text %j is bound, not read as SQL', async (text) => {
        const values = { p1: { type: 'text', value: text } } as const;
        expect(await valueOf(`SELECT CAST(${p(1)} AS ${dialect.castTypes.text}) AS v`, values)).toBe(text);
      });

      it('text with NUL comes back exactly or is refused', async () => {
        const values = { p1: { type: 'text', value: 'a\u0000b' } } as const;
        const outcome = valueOf(`SELECT CAST(${p(1)} AS ${dialect.castTypes.text}) AS v`, values);
        await expect(outcome.catch((error: unknown) => codeOf(error))).resolves.toSatisfy(
          (seen) => seen === 'a\u0000b' || seen === 'VALUE_INVALID',
        );
      });

      it.each([
        ['bigint', '9223372036854775808'],
        ['bigint', '1; DROP TABLE x'],
        ['decimal', '1e5'],
        ['date', 'yesterday'],
        ['timestamp', '2026-11-01'],
        ['text', '\ud800'],
      ] as const)('a %s of %j is refused', async (type, value) => {
        const act = valueOf(`SELECT ${p(1)} AS v`, { p1: { type, value } });
        await expect(act).rejects.toMatchObject({ code: 'VALUE_INVALID' });
      });
    });

    describe('metadata', () => {
      it('discovers the table with its columns, and describes it alike', async () => {
        const tables: TableMetadata[] = [];
        for await (const table of warehouse.discover()) tables.push(table);
        const found = tables.find((table) => sameTable(table.path, fixture.table.path));
        expect(found?.columns.map((column) => column.name)).toEqual(
          expect.arrayContaining([...fixture.table.columns]),
        );
        expect(await warehouse.describeTable(fixture.table.path)).toEqual(found?.columns);
        if (found?.rowCount !== undefined) expect(found.rowCount.rows).toBe(fixture.table.rows);
      });

      it('stops discovery when it is cancelled', async () => {
        const signal = AbortSignal.abort();
        const read = async (): Promise<void> => {
          for await (const table of warehouse.discover({ signal })) expect(table).toBeUndefined();
        };
        await expect(read()).rejects.toMatchObject({ code: 'CANCELLED' });
      });

      it('counts rows by a query', async () => {
        expect(await warehouse.countRows(fixture.table.path)).toMatchObject({
          rows: fixture.table.rows,
          from: 'query',
        });
      });

      it('says that a table is missing', async () => {
        const acts = [
          () => warehouse.describeTable(missing),
          () => warehouse.countRows(missing),
          () => warehouse.query(query(`SELECT * FROM ${quoteTable(missing, dialect)}`)),
          () =>
            warehouse.query(
              query(`SELECT * FROM ${quoteTable({ ...missing, schema: 'no_such_schema' }, dialect)}`),
            ),
          () =>
            warehouse.query(
              query(`SELECT * FROM ${quoteTable({ ...missing, catalog: 'no_such_catalog' }, dialect)}`),
            ),
        ];
        for (const act of acts) await expect(act()).rejects.toMatchObject({ code: 'TABLE_MISSING' });
      });

      it('says that a column is missing', async () => {
        const act = warehouse.query(
          query(`SELECT no_such_column FROM ${quoteTable(fixture.table.path, dialect)}`),
        );
        await expect(act).rejects.toMatchObject({ code: 'COLUMN_MISSING' });
      });

      it('passes its own test, each step running before it has passed', async () => {
        const steps: TestStep[] = [];
        await warehouse.test((step) => steps.push(step));
        const ids = [...new Set(steps.map((step) => step.id))];
        expect(ids.length).toBeGreaterThan(1);
        for (const id of ids) {
          expect(steps.filter((step) => step.id === id).map((step) => step.status)).toEqual([
            'running',
            'passed',
          ]);
        }
      });
    });

    describe('queries', () => {
      it('gives up to maxRows rows, and refuses more', async () => {
        expect((await warehouse.query(query(fixture.numbers(500)), { maxRows: 500 })).rows).toHaveLength(500);
        const act = warehouse.query(query(fixture.numbers(501)), { maxRows: 500 });
        await expect(act).rejects.toMatchObject({ code: 'QUERY_FAILED' });
        await expect(warehouse.query(query(fixture.numbers(10_001)))).rejects.toMatchObject({
          code: 'QUERY_FAILED',
        });
      });

      it('tells no value of a row when a query fails', async () => {
        const values = { p1: { type: 'text', value: 'canary-4711' } } as const;
        const act = valueOf(`SELECT CAST(concat(${p(1)}, '-secret') AS BIGINT) AS v`, values);
        const error: unknown = await act.catch((each: unknown) => each);
        expect(error).toBeInstanceOf(AppError);
        expect(JSON.stringify([error, String(error), error instanceof Error && error.cause])).not.toMatch(
          /canary|secret/,
        );
      });

      it('cancels a query that would outlast the test, and works on', async () => {
        const controller = new AbortController();
        const act = warehouse.query(query(fixture.longQuery), { signal: controller.signal });
        setTimeout(() => controller.abort(), 100);
        await expect(act).rejects.toMatchObject({ code: 'CANCELLED' });
        expect(await valueOf('SELECT 1 AS v')).toBe(1);
      });

      it('cancels before it starts, and while it waits for its turn', async () => {
        const early = warehouse.query(query('SELECT 1 AS v'), { signal: AbortSignal.abort() });
        await expect(early).rejects.toMatchObject({ code: 'CANCELLED' });
        const controller = new AbortController();
        const many = Array.from({ length: 8 }, () =>
          warehouse.query(query(fixture.longQuery), { signal: controller.signal }),
        );
        setTimeout(() => controller.abort(), 100);
        for (const outcome of await Promise.allSettled(many)) {
          expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'CANCELLED' } });
        }
        expect(await valueOf('SELECT 1 AS v')).toBe(1);
      });

      it('ends what runs when it is closed', async () => {
        const second = await fixture.open();
        const running = second.query(query(fixture.longQuery));
        const outcome = expect(running).rejects.toBeInstanceOf(AppError);
        await new Promise((resolve) => setTimeout(resolve, 50));
        await second.close();
        await outcome;
      });
    });

    describeStreams(fixture, () => warehouse);

    if (fixture.hasState) describeState(fixture, () => warehouse);
    else {
      it('has no state where none is set', () => {
        expect(warehouse.state).toBeUndefined();
      });
    }

    describe('exports', () => {
      it.each(fixture.formats)('writes %s that reads back as the same rows', async (format) => {
        const texts = [null, ...ESCAPE_CORPUS];
        const values: Record<string, BoundValue> = {};
        const rows = texts.map((text, at) => {
          if (text !== null) values[`p${at}`] = { type: 'text', value: text };
          const words = `CAST(${text === null ? 'NULL' : p(at)} AS ${dialect.castTypes.text})`;
          const key = `CAST(${9007199254740993n + BigInt(at)} AS BIGINT)`;
          return `SELECT ${at} AS place, ${key} AS key, ${words} AS words`;
        });
        const path = join(folder, `corpus.${format}`);
        const result = await warehouse.exportFile(query(rows.join(' UNION ALL '), values), path, format);
        expect(result).toMatchObject({ rows: texts.length, bytes: (await stat(path)).size });
        expect(await readBack(path, format)).toEqual(
          texts.map((text, at) => [(9007199254740993n + BigInt(at)).toString(), text]),
        );
      });

      it.each(fixture.formats)(
        'writes %s from its beginning to its end, as its digest is taken',
        async (format) => {
          const path = join(folder, `grows.${format}`);
          const rows = 150_000;
          const many = query(fixture.numbers(rows));
          const write = (): Promise<ExportResult> => warehouse.exportFile(many, path, format);
          const hashed = await hashWhileWritten(path, write, new AbortController().signal);
          const whole = await readFile(path);
          expect(hashed).toMatchObject({
            written: { rows, bytes: whole.length },
            bytes: whole.length,
            sha256: createHash('sha256').update(whole).digest('hex'),
          });
        },
      );

      it.each(fixture.formats)('writes an empty %s where there are no rows', async (format) => {
        const path = join(folder, `empty.${format}`);
        const none = query(`SELECT 1 AS place, CAST(1 AS BIGINT) AS key, 'x' AS words WHERE 1 = 0`);
        expect(await warehouse.exportFile(none, path, format)).toMatchObject({ rows: 0 });
        expect((await stat(path)).isFile()).toBe(true);
      });

      it('reports progress, and leaves nothing when it is cancelled', async () => {
        const controller = new AbortController();
        const path = join(folder, 'cancelled.csv');
        const seen: Progress[] = [];
        const act = warehouse.exportFile(query(fixture.longQuery), path, 'csv', {
          signal: controller.signal,
          onProgress: (progress) => seen.push(progress),
        });
        setTimeout(() => controller.abort(), 500);
        await expect(act).rejects.toMatchObject({ code: 'CANCELLED' });
        expect(seen.length).toBeGreaterThan(0);
        expect(await readdir(folder)).not.toContain('cancelled.csv');
      });

      it('leaves nothing when the query fails', async () => {
        const path = join(folder, 'failed.csv');
        const act = warehouse.exportFile(query(`SELECT * FROM ${quoteTable(missing, dialect)}`), path, 'csv');
        await expect(act).rejects.toMatchObject({ code: 'TABLE_MISSING' });
        expect(await readdir(folder)).not.toContain('failed.csv');
      });

      it('never overwrites a file', async () => {
        const path = join(folder, 'kept.csv');
        await writeFile(path, 'kept');
        const act = warehouse.exportFile(query('SELECT 1 AS v'), path, 'csv');
        await expect(act).rejects.toMatchObject({ code: 'TARGET_UNWRITABLE', details: { path } });
        expect((await stat(path)).size).toBe(4);
      });

      it.each(['no-such-folder/out.csv', 'kept.csv/out.csv', `${'n'.repeat(300)}.csv`])(
        'names the target %s that cannot be written',
        async (target) => {
          const path = join(folder, target);
          const error: unknown = await warehouse
            .exportFile(query('SELECT 1 AS v'), path, 'csv')
            .catch((each: unknown) => each);
          expect(error).toMatchObject({ code: 'TARGET_UNWRITABLE' });
          expect(String(error)).toContain(path);
        },
      );
    });
  });
}

function codeOf(error: unknown): unknown {
  return error instanceof AppError ? error.code : error;
}

/** The key and the words of an exported corpus, in the order of `place`, read by another engine than wrote it. */
async function readBack(path: string, format: FileFormat): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const columns = `columns = {'place': 'INTEGER', 'key': 'BIGINT', 'words': 'VARCHAR'}`;
  const call = {
    csv: `read_csv($path, header = true, quote = '"', escape = '"', allow_quoted_nulls = false, ${columns})`,
    jsonl: `read_json($path, format = 'newline_delimited', ${columns})`,
    parquet: 'read_parquet($path)',
  }[format];
  const reader = await connection.runAndReadAll(
    `SELECT CAST(key AS VARCHAR), words FROM ${call} ORDER BY place`,
    { path },
  );
  const rows = reader.getRows();
  connection.closeSync();
  instance.closeSync();
  return rows;
}
