import { readFileSync } from 'node:fs';
import { DBSQLClient, thrift } from '@databricks/sql';
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { CompiledQuery } from '../../electron/sql/compiled-query.ts';
import { connectLakehouse } from '../support/lakehouse/lakehouse.ts';
import { openDatabricks } from './support/open-databricks.ts';

const lakehouse = connectLakehouse(inject('lakehouse'));
const { control } = lakehouse;
const warehouse = openDatabricks(lakehouse);
const query = (text: string): CompiledQuery => ({ text, values: {}, columns: [] });
const valueOf = async (text: string): Promise<unknown> => (await warehouse.query(query(text))).rows[0]?.[0];

beforeEach(async () => {
  await control.clearStatements();
});

afterAll(async () => {
  await warehouse.close();
});

describe('the session of Databricks', () => {
  it('is one for all statements, in UTC, with tags and an id on each', async () => {
    const tags = { run: 'run-1', audience: 'a:b,c' };
    const { statementId } = await warehouse.query(query('SELECT 1 AS v'), { tags });
    await Promise.all(['SELECT 2 AS v', 'SELECT 3 AS v'].map(valueOf));
    const logged = await control.statements();
    expect(new Set(logged.map((each) => each.sessionId)).size).toBe(1);
    const first = logged.find((each) => each.statementId === statementId);
    expect(first?.sql).toBe('SELECT 1 AS v');
    expect(first?.configuration['QUERY_TAGS']).toBe('app:slipway,run:run-1,audience:a\\:b\\,c');
    expect(await valueOf('SELECT current_timezone() AS v')).toBe('UTC');
  });

  it('gives the same instants whatever its time zone is', async () => {
    const at = '2026-11-01T00:00:00.123456Z';
    const texts = `SELECT TIMESTAMP '${at}' AS v, named_struct('at', TIMESTAMP '${at}') AS n, :p1 AS p`;
    const values = { p1: { type: 'timestamp', value: at } } as const;
    const read = async (): Promise<unknown> =>
      (await warehouse.query({ text: texts, values, columns: [] })).rows;
    const inUtc = await read();
    expect(inUtc).toEqual([[at, { at }, at]]);
    await warehouse.query(query(`SET TIME ZONE 'America/New_York'`));
    expect(await valueOf('SELECT current_timezone() AS v')).toBe('America/New_York');
    expect(await read()).toEqual(inUtc);
    await warehouse.query(query(`SET TIME ZONE 'UTC'`));
  });

  it('is opened anew when the server has lost it', async () => {
    await valueOf('SELECT 1 AS v');
    const [{ sessionId } = { sessionId: '' }] = await control.statements();
    await closeOnServer(sessionId);
    expect(await valueOf('SELECT 4 AS v')).toBe(4);
    const last = (await control.statements()).at(-1);
    expect(last?.sessionId).not.toBe(sessionId);
    expect(await valueOf('SELECT current_timezone() AS v')).toBe('UTC');
  });
});

/** Ends a session behind the product's back, as a server does with one that was idle for long. */
async function closeOnServer(sessionId: string): Promise<void> {
  const { host, port, path, tokens, certificateFile } = lakehouse;
  const client = new DBSQLClient({ logger: { log: () => undefined } });
  const customCaCert = readFileSync(certificateFile);
  await client.connect({ host, port, path, token: tokens.owner, customCaCert, telemetryEnabled: false });
  const driver = await client.getDriver();
  const guid = Buffer.from(sessionId.replaceAll('-', ''), 'hex');
  const { TCloseSessionReq, TSessionHandle, THandleIdentifier } = thrift.TCLIService_types;
  const identifier = new THandleIdentifier({ guid, secret: Buffer.alloc(16) });
  const sessionHandle = new TSessionHandle({ sessionId: identifier });
  await driver.closeSession(new TCloseSessionReq({ sessionHandle }));
  await client.close();
}
