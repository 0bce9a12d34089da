import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quoteTable } from '../../electron/sql/printer.ts';
import type { CompiledQuery } from '../../electron/sql/compiled-query.ts';
import type { OpenWarehouse, StateSchema } from '../../electron/warehouses/warehouse.ts';
import { plainQuery, readStream } from './warehouse-stream.ts';
import type { WarehouseFixture } from './warehouse.contract.ts';

/** What every warehouse with a schema to write to does with it. */
export function describeState(fixture: WarehouseFixture, opened: () => OpenWarehouse): void {
  const { dialect } = fixture.kind;
  const { text: textType } = dialect.castTypes;
  const stateOf = (warehouse: OpenWarehouse): StateSchema => {
    if (warehouse.state === undefined) throw new Error('The warehouse has no state.');
    return warehouse.state;
  };
  const nameOf = (table: string): string =>
    quoteTable({ catalog: stateOf(opened()).catalog, schema: stateOf(opened()).schema, table }, dialect);
  const execute = (text: string, values: CompiledQuery['values'] = {}): Promise<unknown> =>
    stateOf(opened()).execute({ text, values, columns: [] });
  const createAs = (table: string, select: string): string =>
    `CREATE TABLE ${nameOf(table)}${fixture.tableFormat ?? ''} AS ${select}`;
  const readAll = (table: string): CompiledQuery =>
    plainQuery(`SELECT CAST(n AS ${textType}) AS n, words FROM ${nameOf(table)} ORDER BY n`);
  const codeOf = async (act: Promise<unknown>): Promise<unknown> =>
    act.then(
      () => 'done',
      (error: unknown) => error,
    );

  describe('state', () => {
    let folder = '';
    const drop = async (): Promise<void> => {
      for (const table of ['rows_kept', 'rows_numbered', 'rows_cut'])
        await execute(`DROP TABLE IF EXISTS ${nameOf(table)}`);
    };
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'state-'));
      await drop();
    });
    afterAll(async () => {
      await drop();
      await rm(folder, { recursive: true, force: true });
    });

    it('is written and read back: by CREATE TABLE AS with bound values, INSERT and DELETE', async () => {
      const p = `${dialect.parameterPrefix}p1`;
      const select = `SELECT CAST(t.n AS BIGINT) AS n, CAST(${p} AS ${textType}) AS words FROM (${fixture.numbers(3)}) AS t`;
      await execute(createAs('rows_kept', select), { p1: { type: 'text', value: "O'Brien 東京" } });
      await execute(`INSERT INTO ${nameOf('rows_kept')} SELECT CAST(7 AS BIGINT), CAST(NULL AS ${textType})`);
      await execute(`DELETE FROM ${nameOf('rows_kept')} WHERE n = 1`);
      const expected = [
        ['0', "O'Brien 東京"],
        ['2', "O'Brien 東京"],
        ['7', null],
      ];
      expect(await readStream(opened(), readAll('rows_kept'))).toEqual(expected);
      expect((await opened().query(readAll('rows_kept'))).rows).toEqual(expected);
      const path = join(folder, 'kept.csv');
      expect(await opened().exportFile(readAll('rows_kept'), path, 'csv')).toMatchObject({ rows: 3 });
      expect(await readFile(path, 'utf8')).toContain("O'Brien 東京");
    });

    it('is still there when the warehouse is opened anew, and not among its tables', async () => {
      const second = await fixture.open();
      expect(await readStream(second, readAll('rows_kept'))).toHaveLength(3);
      if (fixture.isStateHidden === true) {
        for await (const { path } of second.discover()) expect(path.table).not.toBe('rows_kept');
      }
      await second.close();
      expect((await opened().query(readAll('rows_kept'))).rows).toHaveLength(3);
    });

    it('numbers and hashes rows as it makes a table of them', async () => {
      const { sha256, sha1, md5 } = dialect.hashes;
      const text = `CAST(t.n AS ${textType})`;
      const select = `SELECT ${dialect.rowNumber} AS place, ${text} AS n, ${sha256(text)} AS s256, ${sha1?.(text) ?? 'NULL'} AS s1, ${md5(text)} AS m FROM (${fixture.numbers(5_000)}) AS t`;
      await execute(createAs('rows_numbered', select));
      const counted = await opened().query(
        plainQuery(`SELECT count(DISTINCT place) AS n FROM ${nameOf('rows_numbered')}`),
      );
      expect(counted.rows).toEqual([[5_000]]);
      const hashed = await readStream(
        opened(),
        plainQuery(`SELECT n, s256, s1, m FROM ${nameOf('rows_numbered')} WHERE n = '4711'`),
      );
      const hash = (name: string): string => createHash(name).update('4711').digest('hex');
      expect(hashed).toEqual([['4711', hash('sha256'), hash('sha1'), hash('md5')]]);
    });

    it('of a statement that is cancelled has no half a table', async () => {
      const abort = new AbortController();
      setTimeout(() => abort.abort(), 200);
      const act = stateOf(opened()).execute(plainQuery(createAs('rows_cut', fixture.longQuery)), {
        signal: abort.signal,
      });
      await expect(act).rejects.toMatchObject({ code: 'CANCELLED' });
      const read = opened().query(plainQuery(`SELECT * FROM ${nameOf('rows_cut')}`));
      await expect(read).rejects.toMatchObject({ code: 'TABLE_MISSING' });
    });

    it('tells of a table that is there already, or is not', async () => {
      expect(await codeOf(execute(createAs('rows_kept', 'SELECT 1 AS n')))).toMatchObject({
        name: 'AppError',
      });
      expect(await codeOf(execute(`DELETE FROM ${nameOf('no_such_table')}`))).toMatchObject({
        code: 'TABLE_MISSING',
      });
    });

    it('is all that is written: other tables are refused', async () => {
      const other = quoteTable(fixture.table.path, dialect);
      const beside = quoteTable({ ...fixture.table.path, table: 'slipway_beside' }, dialect);
      for (const text of [
        `CREATE TABLE ${beside} AS SELECT 1 AS n`,
        `DELETE FROM ${other}`,
        `DROP TABLE ${other}`,
        `SELECT 1 AS n`,
      ]) {
        expect(await codeOf(execute(text)), text).toMatchObject({ code: 'INTERNAL' });
      }
      expect((await opened().countRows(fixture.table.path)).rows).toBe(fixture.table.rows);
    });
  });
}
