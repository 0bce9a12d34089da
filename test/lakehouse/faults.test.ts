import { request } from 'node:https';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { connectLakehouse } from '../support/lakehouse/lakehouse.ts';
import { openDriver } from './support/driver.ts';

const lakehouse = connectLakehouse(inject('lakehouse'));
const { control, tokens } = lakehouse;
const connect = async () => await openDriver(lakehouse, tokens.owner);

afterEach(async () => {
  await control.clearFaults();
});

/** Sends a request as any HTTP client would; gives the status, the headers and the parsed body. */
async function call(path: string, headers: Record<string, string>, body: string | Buffer) {
  return await new Promise<{ status: number; retryAfter: string | undefined; body: unknown }>(
    (resolve, reject) => {
      const options = {
        host: lakehouse.host,
        port: lakehouse.port,
        ca: readFileSync(lakehouse.certificateFile),
        method: 'POST',
        path,
        headers,
      };
      const sent = request(options, (response) => {
        let text = '';
        response.on('data', (part: Buffer) => (text += part.toString('utf8')));
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            retryAfter: response.headers['retry-after'],
            body: JSON.parse(text),
          });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    },
  );
}

describe('who may come in', () => {
  it('refuses a wrong token with 401, an outsider with 403 and an unknown path with 404', async () => {
    await expect(openDriver(lakehouse, 'dapi-wrong')).rejects.toMatchObject({ statusCode: 401 });
    await expect(openDriver(lakehouse, tokens.outsider)).rejects.toMatchObject({ statusCode: 403 });
    await expect(
      openDriver({ ...lakehouse, path: '/sql/1.0/warehouses/other' }, tokens.owner),
    ).rejects.toMatchObject({ statusCode: 404 });
  });

  it('says in the body why it refuses', async () => {
    const answer = await call(lakehouse.path, { authorization: `Bearer ${tokens.outsider}` }, '');
    expect(answer.body).toMatchObject({
      error_code: 'PERMISSION_DENIED',
      message: expect.stringContaining('CAN USE') as unknown,
    });
  });

  it('gives a service principal an access token for its id and secret, and nobody else', async () => {
    const { clientId, clientSecret } = lakehouse.oauth;
    const grant = async (secret: string) =>
      await call(
        '/oidc/v1/token',
        {
          authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        'grant_type=client_credentials&scope=all-apis',
      );
    expect(await grant('wrong')).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    const { body } = await grant(clientSecret);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    await using driver = await openDriver(lakehouse, (body as { access_token: string }).access_token);
    expect(await driver.rows('SELECT count(*) AS n FROM spark_catalog.retail.households')).toEqual([
      { n: 2500n },
    ]);
  });

  it('refuses tokens that have expired in mid-session, and takes them again when restored', async () => {
    await using driver = await connect();
    await driver.rows('SELECT 1');
    await control.fault({ kind: 'expire-tokens' });
    await expect(driver.rows('SELECT 1')).rejects.toMatchObject({ statusCode: 401 });
    await control.clearFaults();
    expect(await driver.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('faults', () => {
  it('answers a status on one kind of call, so many times', async () => {
    await using driver = await connect();
    await control.fault({ kind: 'status', status: 403, times: 1, on: 'ExecuteStatement' });
    await expect(driver.rows('SELECT 1')).rejects.toMatchObject({ statusCode: 403 });
    expect(await driver.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('asks to retry later with 429', async () => {
    await control.fault({ kind: 'status', status: 429, retryAfter: 7, on: 'OpenSession' });
    const body = Buffer.from('800100010000000b4f70656e53657373696f6e0000000100', 'hex');
    const answer = await call(lakehouse.path, { authorization: `Bearer ${tokens.owner}` }, body);
    expect(answer).toMatchObject({
      status: 429,
      retryAfter: '7',
      body: { error_code: 'REQUEST_LIMIT_EXCEEDED' },
    });
  });

  it('starts for some seconds, then serves', async () => {
    await control.fault({ kind: 'starting', seconds: 2 });
    const began = Date.now();
    const tries: number[] = [];
    for (;;) {
      const driver = await connect().catch((error: unknown) => {
        tries.push((error as { statusCode?: number }).statusCode ?? 0);
        return undefined;
      });
      if (driver !== undefined) {
        await driver[Symbol.asyncDispose]();
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(Date.now() - began).toBeGreaterThan(1_500);
    expect(new Set(tries)).toEqual(new Set([503]));
  });

  it.each([
    // The driver rejects an answer that is cut between chunks, and waits for the rest of one that told its length.
    [true, 'rejected'],
    [false, 'no answer'],
  ])('breaks the connection in the middle of a fetch (chunked: %s)', async (chunked, expected) => {
    const driver = await connect();
    await control.fault({ kind: 'drop', afterFetches: 2, chunked });
    const operation = await driver.session.executeStatement('SELECT id FROM range(250000)', { maxRows: 10 });
    const outcome = await Promise.race([
      operation.fetchAll({ maxRows: 20_000 }).then(
        () => 'all rows',
        () => 'rejected',
      ),
      new Promise<string>((resolve) => setTimeout(resolve, 5_000, 'no answer')),
    ]);
    expect(outcome).toBe(expected);
    await using next = await connect();
    expect(await next.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('answers late', async () => {
    await using driver = await connect();
    await control.fault({ kind: 'slow', milliseconds: 1_500, times: 1, on: 'ExecuteStatement' });
    const began = Date.now();
    await driver.rows('SELECT 1');
    expect(Date.now() - began).toBeGreaterThan(1_400);
  });

  it('answers garbage, the same for the same seed, and real rows afterwards', async () => {
    await using driver = await connect();
    const outcomes = async (seed: number) => {
      await control.fault({ kind: 'garbage', seed, times: 1, on: 'ExecuteStatement' });
      const outcome = await Promise.race([
        driver.rows('SELECT 1 AS one').then(
          (rows) => JSON.stringify(rows),
          (error: unknown) => (error instanceof Error ? error.name : 'no error'),
        ),
        // The driver waits for ever for the rest of an answer that ends early.
        new Promise<string>((resolve) => setTimeout(resolve, 2_000, 'no answer')),
      ]);
      await control.clearFaults();
      return outcome;
    };
    const [first, second, third] = [await outcomes(1), await outcomes(2), await outcomes(1)];
    expect(third).toBe(first);
    expect([first, second]).not.toContain('[{"one":1}]');
    expect(await driver.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
