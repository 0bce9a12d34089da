import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { connectLakehouse } from '../support/lakehouse/lakehouse.ts';
import { openDriver } from './support/driver.ts';

const lakehouse = connectLakehouse(inject('lakehouse'));
const { control, tokens } = lakehouse;
const RETAIL = 'spark_catalog.retail';

/** Takes the better part of a minute on two cores: long enough to cancel, short enough to pass should a cancel be lost. */
const LONG = 'SELECT count(*) AS n FROM range(20000000000) WHERE id % 7 = 3';

beforeEach(async () => {
  await control.clearStatements();
});

describe('the log of statements', () => {
  it('tells who ran what, with which types and settings, by the id that the driver knows', async () => {
    await using driver = await openDriver(lakehouse, tokens.reader, {
      configuration: { STATEMENT_TIMEOUT: '600' },
      queryTags: { app: 'slipway' },
    });
    const operation = await driver.session.executeStatement('SELECT :a AS a', {
      namedParameters: { a: 'secret value' },
      queryTags: { run: '7' },
    });
    await operation.fetchAll();
    const statements = await control.statements();
    expect(statements).toEqual([
      {
        user: 'reader',
        sql: 'SELECT :a AS a',
        parameters: [{ name: 'a', type: 'STRING' }],
        sessionId: driver.session.id,
        statementId: operation.id,
        configuration: { STATEMENT_TIMEOUT: '600', QUERY_TAGS: 'run:7' },
      },
    ]);
    await operation.close();
  });
});

describe('a cancel', () => {
  it('reaches the engine while the statement runs, and the session goes on', async () => {
    await using driver = await openDriver(lakehouse, tokens.owner);
    const operation = await driver.session.executeStatement(LONG, { maxRows: null });
    const failed = expect(operation.fetchAll()).rejects.toThrow(/cancel/i);
    await delay(2_000);
    await operation.cancel();
    await failed;
    expect(await control.cancelled()).toEqual([operation.id]);
    expect(await driver.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('counts right after the statement was sent', async () => {
    await using driver = await openDriver(lakehouse, tokens.owner);
    const operation = await driver.session.executeStatement(LONG, { maxRows: null });
    await operation.cancel();
    await expect(operation.fetchAll()).rejects.toThrow(/cancel/i);
    const began = Date.now();
    await driver.rows('SELECT 1');
    expect(Date.now() - began).toBeLessThan(20_000);
  });

  it('comes by itself when the session limits the time of a statement', async () => {
    await using driver = await openDriver(lakehouse, tokens.owner, {
      configuration: { STATEMENT_TIMEOUT: '2' },
    });
    await expect(driver.rows(LONG, { maxRows: null })).rejects.toThrow('QUERY_EXECUTION_TIMEOUT_EXCEEDED');
  });
});

describe('rows', () => {
  it('come in chunks, in order, each once', async () => {
    await using driver = await openDriver(lakehouse, tokens.owner);
    const operation = await driver.session.executeStatement(
      'SELECT id FROM range(0, 65000, 1, 3) ORDER BY id',
      {
        maxRows: 100,
      },
    );
    const ids: unknown[] = [];
    let chunks = 0;
    while (await operation.hasMoreRows()) {
      const chunk = (await operation.fetchChunk({ maxRows: 15_000 })) as { id: bigint }[];
      ids.push(...chunk.map((row) => Number(row.id)));
      chunks += 1;
    }
    expect(ids).toEqual(Array.from({ length: 65_000 }, (_, id) => id));
    expect(chunks).toBeGreaterThan(4);
  });

  it('fail in the middle with the engine’s reason', async () => {
    await using driver = await openDriver(lakehouse, tokens.owner);
    const sql = 'SELECT 1 / (id - 90000) AS x FROM range(0, 100000, 1, 1)';
    await expect(driver.rows(sql)).rejects.toThrow('[DIVIDE_BY_ZERO]');
  });

  it('name the state of SQL when a table is missing', async () => {
    await using driver = await openDriver(lakehouse, tokens.owner);
    await expect(driver.rows(`SELECT * FROM ${RETAIL}.nothing`)).rejects.toMatchObject({
      response: {
        sqlState: '42P01',
        displayMessage: expect.stringMatching(/^\[TABLE_OR_VIEW_NOT_FOUND\]/) as unknown,
      },
    });
  });
});

describe('grants', () => {
  const count = `SELECT count(*) AS n FROM ${RETAIL}.coupons`;

  it('are asked for at every level, in the words of Databricks', async () => {
    await using driver = await openDriver(lakehouse, tokens.reader);
    expect(await driver.rows(count)).toEqual([{ n: 120n }]);
    for (const [name, lack] of [
      [`${RETAIL}.coupons`, "User does not have SELECT on Table 'spark_catalog.retail.coupons'."],
      [RETAIL, "User does not have USE SCHEMA on Schema 'spark_catalog.retail'."],
      ['spark_catalog', "User does not have USE CATALOG on Catalog 'spark_catalog'."],
    ] as const) {
      await control.revoke('reader', name);
      await expect(driver.rows(count)).rejects.toMatchObject({
        message: expect.stringContaining(
          `[INSUFFICIENT_PERMISSIONS] Insufficient privileges:\n${lack}`,
        ) as unknown,
        response: { sqlState: '42501' },
      });
      await control.grant('reader', name);
    }
    expect(await driver.rows(count)).toEqual([{ n: 120n }]);
  });

  it('hide what a user may not read from metadata', async () => {
    await using driver = await openDriver(lakehouse, tokens.reader);
    const list = async () => {
      const operation = await driver.session.getTables({
        catalogName: 'spark_catalog',
        schemaName: 'retail',
      });
      return ((await operation.fetchAll()) as { TABLE_NAME: string }[]).map((row) => row.TABLE_NAME);
    };
    await control.revoke('reader', `${RETAIL}.crm_contacts`);
    expect(await list()).not.toContain('crm_contacts');
    await control.grant('reader', `${RETAIL}.crm_contacts`);
    expect(await list()).toContain('crm_contacts');
  });

  it('let a reader write nowhere and the owner anywhere', async () => {
    await using reader = await openDriver(lakehouse, tokens.reader);
    await expect(
      reader.rows(`INSERT INTO ${RETAIL}.coupons SELECT * FROM ${RETAIL}.coupons`),
    ).rejects.toThrow("User does not have MODIFY on Table 'spark_catalog.retail.coupons'.");
    await using owner = await openDriver(lakehouse, tokens.owner);
    await owner.rows(`CREATE TABLE ${RETAIL}.scratch AS SELECT * FROM ${RETAIL}.coupons`);
    expect(await owner.rows(`SELECT count(*) AS n FROM ${RETAIL}.scratch`)).toEqual([{ n: 120n }]);
    await owner.rows(`DROP TABLE ${RETAIL}.scratch`);
  });
});
