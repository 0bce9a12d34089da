import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import type { DatabricksSession } from '../../electron/warehouses/databricks-session.ts';
import { connectLakehouse } from '../support/lakehouse/lakehouse.ts';
import { openDriver } from './support/driver.ts';
import { openDatabricks } from './support/open-databricks.ts';

const lakehouse = connectLakehouse(inject('lakehouse'));
const { control, oauth } = lakehouse;
const STATE = 'spark_catalog.slipway_write_state';
const TABLE = '`spark_catalog`.`slipway_write_state`.`rows`';
const query = (text: string) => ({ text, values: {}, columns: [] });

const opened: DatabricksSession[] = [];
let written = 0;

beforeAll(async () => {
  await using driver = await openDriver(lakehouse, lakehouse.tokens.owner);
  await driver.rows(`CREATE SCHEMA IF NOT EXISTS ${STATE}`);
  await driver.rows(`CREATE OR REPLACE TABLE ${TABLE} (n BIGINT) USING DELTA`);
});

afterEach(async () => {
  await control.clearFaults();
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

afterAll(async () => {
  await using driver = await openDriver(lakehouse, lakehouse.tokens.owner);
  await driver.rows(`DROP TABLE ${TABLE}`);
});

function open(given: Parameters<typeof openDatabricks>[1] = {}): DatabricksSession {
  const session = openDatabricks(lakehouse, {
    ...given,
    settings: { ...given.settings, stateSchema: STATE },
  });
  opened.push(session);
  return session;
}

/** Writes one row, and holds the table to have all that were written, each once. */
async function expectWrittenOnce(session: DatabricksSession): Promise<void> {
  const result = await session.state?.execute(
    query(`INSERT INTO ${TABLE} SELECT CAST(${written} AS BIGINT)`),
  );
  written += 1;
  expect(result?.statementId).toMatch(/^[0-9a-f-]{36}$/);
  await control.clearFaults();
  const { rows } = await session.query(query(`SELECT count(*), count(DISTINCT n) FROM ${TABLE}`));
  expect(rows).toEqual([[written, written]]);
}

it('a write that the server refuses for now is begun later, once', async () => {
  const session = open();
  await session.query(query('SELECT 1'));
  await control.fault({ kind: 'status', status: 429, retryAfter: 0, times: 2, on: 'ExecuteStatement' });
  await expectWrittenOnce(session);
});

it('a write is followed to its end when answers about it are refused, and is not done twice', async () => {
  const session = open();
  await session.query(query('SELECT 1'));
  await control.fault({ kind: 'status', status: 503, retryAfter: 0, times: 2, on: 'GetOperationStatus' });
  await expectWrittenOnce(session);
});

it('a write asks for no rows, whose loss would leave its end unknown', async () => {
  const session = open();
  await session.query(query('SELECT 1'));
  await control.fault({ kind: 'drop', afterFetches: 0, chunked: true });
  await expectWrittenOnce(session);
});

it('a write whose token has expired is begun with a new one, and judged by the rights of the account', async () => {
  // The service principal of the lakehouse signs in, and may only read the sample.
  const session = open({
    settings: { auth: 'oauth', clientId: oauth.clientId },
    secrets: { clientSecret: oauth.clientSecret },
  });
  await session.query(query('SELECT 1'));
  await control.fault({ kind: 'expire-tokens' });
  const act = session.state?.execute(query(`INSERT INTO ${TABLE} SELECT CAST(-1 AS BIGINT)`));
  await expect(act).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  await expect(act).rejects.toThrow('slipway_write_state');
  await control.clearFaults();
  await expectWrittenOnce(open());
});

it('a write that is refused leaves the table as it was', async () => {
  const session = open();
  await session.query(query('SELECT 1'));
  await control.fault({ kind: 'status', status: 403, on: 'ExecuteStatement' });
  const act = session.state?.execute(query(`INSERT INTO ${TABLE} SELECT CAST(-1 AS BIGINT)`));
  await expect(act).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  await control.clearFaults();
  await expectWrittenOnce(session);
});
