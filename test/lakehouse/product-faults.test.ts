import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { AppError } from '../../electron/domain/app-error.ts';
import type { Limits } from '../../electron/warehouses/databricks-wait.ts';
import type { CompiledQuery } from '../../electron/sql/compiled-query.ts';
import type { OpenWarehouse } from '../../electron/warehouses/warehouse.ts';
import { connectLakehouse } from '../support/lakehouse/lakehouse.ts';
import { openDatabricks } from './support/open-databricks.ts';

const lakehouse = connectLakehouse(inject('lakehouse'));
const { control, tokens, oauth } = lakehouse;
const query = (text: string): CompiledQuery => ({ text, values: {}, columns: [] });
const one = query('SELECT 1 AS v');
/** Three parts of an answer. */
const many = query("SELECT id, concat('row ', id) AS words FROM range(120000)");
const endless = query(
  'SELECT count(*) AS n FROM range(10000000) AS a CROSS JOIN range(10000000) AS b WHERE a.id * b.id = 7',
);

let folder = '';
const opened: OpenWarehouse[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faults-'));
});

afterEach(async () => {
  await control.clearFaults();
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function open(given: Parameters<typeof openDatabricks>[1] = {}): OpenWarehouse {
  const warehouse = openDatabricks(lakehouse, given);
  opened.push(warehouse);
  return warehouse;
}

async function failureOf(act: Promise<unknown>): Promise<AppError> {
  const error: unknown = await act.then(
    () => undefined,
    (each: unknown) => each,
  );
  if (!(error instanceof AppError)) throw new Error('no AppError', { cause: error });
  expect(inspect(error, { depth: 9 })).not.toContain(tokens.owner);
  return error;
}

/** The next call works, once the fault is over. */
async function expectWorking(warehouse: OpenWarehouse): Promise<void> {
  await control.clearFaults();
  expect((await warehouse.query(one)).rows).toEqual([[1]]);
}

describe('a refusal', () => {
  it.each([
    [401, 'AUTH_FAILED', 'settings.token', /access token/],
    [403, 'PERMISSION_DENIED', 'settings.path', /may not use this SQL warehouse/],
    [404, 'SETTINGS_INVALID', 'settings.path', /HTTP path/],
    [429, 'RATE_LIMITED', undefined, /slow down/],
  ] as const)('of %s is %s, in a query and in an export', async (status, code, where, message) => {
    const warehouse = open();
    await warehouse.query(one);
    for (const on of ['ExecuteStatement', 'FetchResults'] as const) {
      await control.fault({ kind: 'status', status, retryAfter: 0, on });
      const error = await failureOf(warehouse.query(one));
      expect([error.code, error.where]).toEqual([code, where]);
      expect(error.message).toMatch(message);
      const path = join(folder, `refused-${status}.csv`);
      expect((await failureOf(warehouse.exportFile(one, path, 'csv'))).code).toBe(code);
      expect(await readdir(folder)).toEqual([]);
      await expectWorking(warehouse);
    }
  });

  it('for now is waited out as long as the server asks', async () => {
    const warehouse = open();
    await warehouse.query(one);
    for (const on of ['ExecuteStatement', 'FetchResults'] as const) {
      await control.fault({ kind: 'status', status: 429, retryAfter: 1, times: 2, on });
      const start = performance.now();
      expect((await warehouse.query(one)).rows).toEqual([[1]]);
      expect(performance.now() - start).toBeGreaterThan(1900);
      await control.clearFaults();
    }
  });
});

describe('a warehouse that starts', () => {
  it('is waited for, and the wait is told', async () => {
    const warehouse = open();
    await control.fault({ kind: 'starting', seconds: 3 });
    const told: string[] = [];
    const { rows } = await warehouse.query(one, { onProgress: ({ text }) => told.push(text) });
    expect(rows).toEqual([[1]]);
    expect(told).toContain('The SQL warehouse is starting');
  });

  it('shows in the test of a connection, which passes once it is up', async () => {
    const warehouse = open();
    await control.fault({ kind: 'starting', seconds: 3 });
    const steps: string[] = [];
    await warehouse.test(({ id, status, detail }) => steps.push(`${id} ${status} ${detail ?? ''}`.trim()));
    expect(steps).toContain('session running The SQL warehouse is starting');
    expect(steps.at(-1)).toMatch(/^read passed spark_catalog\./);
  });

  it('is given up after a limit, or at once by a cancel', async () => {
    await control.fault({ kind: 'starting', seconds: 60 });
    const limited = open({ limits: { session: 2_500 } });
    expect(['WAREHOUSE_STARTING', 'TIMEOUT']).toContain((await failureOf(limited.query(one))).code);
    const abort = new AbortController();
    const cancelled = open().query(one, { signal: abort.signal });
    setTimeout(() => abort.abort(), 200);
    expect((await failureOf(cancelled)).code).toBe('CANCELLED');
    await expectWorking(limited);
  });
});

describe('a connection that breaks', () => {
  it('before the first row is made again', async () => {
    const warehouse = open();
    await control.fault({ kind: 'drop', afterFetches: 0, chunked: true });
    expect((await warehouse.query(one)).rows).toEqual([[1]]);
  });

  it('in the middle of an export leaves nothing half-written', async () => {
    const warehouse = open();
    await warehouse.query(one);
    await control.fault({ kind: 'drop', afterFetches: 2, chunked: true });
    const error = await failureOf(warehouse.exportFile(many, join(folder, 'broken.csv'), 'csv'));
    expect(error.code).toBe('HOST_UNREACHABLE');
    expect(await readdir(folder)).toEqual([]);
    await expectWorking(warehouse);
  });

  it('and says nothing ends at the time limit', async () => {
    const warehouse = open({ limits: { fetch: 1_500 } });
    await warehouse.query(one);
    await control.fault({ kind: 'drop', afterFetches: 1 });
    const error = await failureOf(warehouse.exportFile(many, join(folder, 'silent.jsonl'), 'jsonl'));
    expect(error.code).toBe('TIMEOUT');
    expect(await readdir(folder)).toEqual([]);
    await expectWorking(warehouse);
  });
});

describe('a token that expires in mid-session', () => {
  it('leads back to the field of the token', async () => {
    const warehouse = open();
    await warehouse.query(one);
    await control.fault({ kind: 'expire-tokens' });
    const error = await failureOf(warehouse.query(one));
    expect([error.code, error.where]).toEqual(['AUTH_FAILED', 'settings.token']);
    await expectWorking(warehouse);
  });

  it('of a service principal is asked for anew', async () => {
    const warehouse = open({
      settings: { auth: 'oauth', clientId: oauth.clientId },
      secrets: { clientSecret: oauth.clientSecret },
    });
    expect((await warehouse.query(one)).rows).toEqual([[1]]);
    await control.fault({ kind: 'expire-tokens' });
    expect((await warehouse.query(one)).rows).toEqual([[1]]);
  });

  it('is never told, whether it is wrong from the start or a secret of a service principal', async () => {
    const secrets = { token: 'canary-token-4711', clientSecret: 'canary-secret-4711' };
    const steps: unknown[] = [];
    const wrong = open({ secrets });
    const error = await failureOf(wrong.test((step) => steps.push(step)));
    expect(error.code).toBe('AUTH_FAILED');
    const principal = open({ settings: { auth: 'oauth', clientId: oauth.clientId }, secrets });
    const refused = await failureOf(principal.test((step) => steps.push(step)));
    expect([refused.code, refused.where]).toEqual(['AUTH_FAILED', 'settings.clientSecret']);
    expect(steps.at(-1)).toMatchObject({ id: 'authenticate', status: 'running' });
    const all = inspect([error, refused, steps, wrong, principal], { depth: 12, showHidden: true });
    expect(all).not.toContain('canary');
  });
});

describe('a cancel', () => {
  it('reaches the server when it comes before the answer to the statement', async () => {
    const warehouse = open();
    await warehouse.query(one);
    await control.clearStatements();
    await control.fault({ kind: 'slow', milliseconds: 800, on: 'ExecuteStatement', times: 1 });
    const abort = new AbortController();
    const act = warehouse.query(endless, { signal: abort.signal });
    setTimeout(() => abort.abort(), 200);
    expect((await failureOf(act)).code).toBe('CANCELLED');
    await expect.poll(() => control.cancelled(), { timeout: 15_000 }).toHaveLength(1);
    await expectWorking(warehouse);
  });

  it.each(['cancel', 'limit'] as const)('by %s reaches a statement that runs', async (by) => {
    const limits: Partial<Limits> = by === 'limit' ? { statement: 6_000 } : {};
    const warehouse = open({ limits });
    await warehouse.query(one);
    await control.clearStatements();
    const abort = new AbortController();
    const act = warehouse.query(endless, { signal: abort.signal });
    if (by === 'cancel') setTimeout(() => abort.abort(), 1_000);
    expect((await failureOf(act)).code).toBe(by === 'cancel' ? 'CANCELLED' : 'TIMEOUT');
    await expect.poll(() => control.cancelled(), { timeout: 15_000 }).toHaveLength(1);
    await expectWorking(warehouse);
  });
});

describe('a missing grant', () => {
  it('is named with the statement that gives it, by the query and by the test of the connection', async () => {
    const warehouse = open({ secrets: { token: tokens.reader } });
    await warehouse.query(one);
    await control.revoke('reader', 'spark_catalog.retail.households');
    try {
      const act = warehouse.query(query('SELECT count(*) FROM spark_catalog.retail.households'));
      const error = await failureOf(act);
      expect(error.code).toBe('PERMISSION_DENIED');
      expect(error.message).toContain('SELECT on “spark_catalog.retail.households”');
      expect(error.help).toContain('GRANT SELECT ON TABLE `spark_catalog`.`retail`.`households`');
      await warehouse.test(() => undefined);
    } finally {
      await control.grant('reader', 'spark_catalog.retail.households');
    }
  });
});

describe('a whole export', () => {
  it('has every row once, in every part of the answer', async () => {
    const path = join(folder, 'whole.csv');
    const written = await open().exportFile(many, path, 'csv');
    expect(written.rows).toBe(120_000);
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    await rm(path);
    expect(lines[0]).toBe('id,words');
    expect(new Set(lines.slice(1)).size).toBe(120_000);
  });
});
