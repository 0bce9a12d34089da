import { describe, expect, it } from 'vitest';
import { mapDatabricksError, readRefusal } from '../../../electron/warehouses/databricks-error.ts';

/** An answer as the driver's HTTP client has it: its methods live on a class and need their object. */
class Answer {
  readonly #body: string;
  readonly headers: Headers;

  constructor(body: string, headers: Record<string, string>) {
    this.#body = body;
    this.headers = new Headers(headers);
  }

  text(): Promise<string> {
    return Promise.resolve(this.#body);
  }
}

const http = (statusCode: number, body: string, headers: Record<string, string> = {}) => ({
  message: 'Received a response with a bad HTTP status code',
  statusCode,
  response: new Answer(body, headers),
});
const failed = (sqlState: string, displayMessage: string) => ({
  message: 'error',
  response: { sqlState, displayMessage },
});
const reached = { host: 'host.example', credentials: { kind: 'token', token: 'canary-token' } } as const;

describe('an error of Databricks', () => {
  it.each([
    [http(401, ''), 'AUTH_FAILED', /access token/],
    [http(403, 'Invalid access token.'), 'AUTH_FAILED', /access token/],
    [
      http(403, 'Source IP address: 1.2.3.4 is blocked by Databricks IP access list'),
      'PERMISSION_DENIED',
      /network address/,
    ],
    [http(403, 'no'), 'PERMISSION_DENIED', /may not use this SQL warehouse/],
    [http(404, ''), 'SETTINGS_INVALID', /HTTP path/],
    [http(429, ''), 'RATE_LIMITED', /slow down/],
    [http(503, ''), 'WAREHOUSE_STARTING', /starting/],
    [http(502, ''), 'HOST_UNREACHABLE', /status 502/],
    [
      { message: 'Hive driver: 503 when connecting to resource. Max retry count exceeded.' },
      'WAREHOUSE_STARTING',
      /starting/,
    ],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'HOST_UNREACHABLE', /ECONNREFUSED/],
    [new Error('the answer is cut off'), 'HOST_UNREACHABLE', /its answer is none of Databricks/],
    [new Error('socket hang up'), 'HOST_UNREACHABLE', /the connection was lost/],
    [
      failed('42P01', '[TABLE_OR_VIEW_NOT_FOUND] The table or view `main`.`retail`.`x` cannot be found.'),
      'TABLE_MISSING',
      /main\.retail\.x/,
    ],
    [
      failed(
        '42703',
        '[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column or function parameter with name `nope` cannot be resolved.',
      ),
      'COLUMN_MISSING',
      /nope/,
    ],
    [
      failed('42501', `[INSUFFICIENT_PERMISSIONS] User does not have SELECT on Table 'main.retail.x'.`),
      'PERMISSION_DENIED',
      /SELECT on “main\.retail\.x”/,
    ],
    [
      failed('42501', `[INSUFFICIENT_PERMISSIONS] User does not have USE SCHEMA on Schema 'main.retail'.`),
      'PERMISSION_DENIED',
      /USE SCHEMA on “main\.retail”/,
    ],
    [
      failed(
        '22018',
        `[CAST_INVALID_INPUT] The value 'canary-4711' of the type "STRING" cannot be cast to "INT".`,
      ),
      'QUERY_FAILED',
      /CAST_INVALID_INPUT, SQLSTATE 22018/,
    ],
    ['thrown text', 'QUERY_FAILED', /could not run the query/],
  ])('%# is mapped to what the person can do, and holds no value', async (error, code, message) => {
    const mapped = await mapDatabricksError(error, reached, 'statement-1');
    expect(mapped.code).toBe(code);
    expect(mapped.message).toMatch(message);
    expect(mapped.help).not.toBe('');
    expect(JSON.stringify(mapped.toShape())).not.toContain('canary');
    expect(mapped.cause).toBeUndefined();
  });

  it('names the statement that grants what is missing', async () => {
    const text = `[INSUFFICIENT_PERMISSIONS] User does not have SELECT on Table 'main.retail.x'.`;
    const mapped = await mapDatabricksError(failed('42501', text), reached);
    expect(mapped.help).toBe('Grant it: GRANT SELECT ON TABLE `main`.`retail`.`x` TO `<account>`.');
  });

  it('leads back to the field of the secret that was refused', async () => {
    expect((await mapDatabricksError(http(401, ''), reached)).where).toBe('settings.token');
    const credentials = { kind: 'oauth', clientId: 'a', clientSecret: 'b' } as const;
    expect((await mapDatabricksError(http(401, ''), { host: 'h', credentials })).where).toBe(
      'settings.clientSecret',
    );
  });

  it('tells when the server wants to be asked again', () => {
    expect(readRefusal(http(429, '', { 'Retry-After': '7' }))).toEqual({ status: 429, retryAfter: 7 });
    expect(readRefusal(http(503, '', { 'Retry-After': 'soon' }))).toEqual({
      status: 503,
      retryAfter: undefined,
    });
    expect(readRefusal(new Error('no answer'))).toBeUndefined();
  });
});
