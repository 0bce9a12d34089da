import { describe, expect, it } from 'vitest';
import { mapDatabricksError } from '../../../electron/warehouses/databricks-error.ts';
import { parseDatabricksType } from '../../../electron/warehouses/databricks-type.ts';
import { readDatabricksRow } from '../../../electron/warehouses/databricks-value.ts';

describe('a row of Databricks', () => {
  it('is read in the order of the query’s columns, with exact values', () => {
    const row = {
      day: new Date('1969-12-31T00:00:00Z'),
      id: 9007199254740993n,
      small: 42n,
      price: '1.50',
      at: new Date('2026-11-01T00:00:00.123Z'),
      tags: '["a",null]',
      device: { os: 'iOS', seen: 9007199254740993n },
      nothing: null,
      bytes: Buffer.from([170, 0]),
    };
    const columns = [
      ['id', 'bigint'],
      ['small', 'bigint'],
      ['price', 'decimal(10,2)'],
      ['day', 'date'],
      ['at', 'timestamp'],
      ['tags', 'array<string>'],
      ['device', 'struct<os:string,seen:bigint>'],
      ['nothing', 'string'],
      ['bytes', 'binary'],
    ].map(([name, type]) => ({ name: name!, type: parseDatabricksType(type!) }));
    expect(readDatabricksRow(row, columns)).toEqual([
      '9007199254740993',
      42,
      '1.50',
      '1969-12-31',
      '2026-11-01T00:00:00.123Z',
      ['a', null],
      { os: 'iOS', seen: '9007199254740993' },
      null,
      'aa00',
    ]);
  });
});

describe('an error of Databricks', () => {
  const http = (statusCode: number, body: string) => ({
    message: 'Received a response with a bad HTTP status code',
    statusCode,
    response: { text: () => Promise.resolve(body) },
  });
  const failed = (sqlState: string, displayMessage: string) => ({
    message: 'error',
    errorCode: 'ERROR',
    response: { sqlState, displayMessage },
  });

  it.each([
    [http(401, ''), 'AUTH_FAILED', /access token/],
    [http(403, 'Invalid access token.'), 'AUTH_FAILED', /access token/],
    [http(403, 'no'), 'PERMISSION_DENIED', /may not use this SQL warehouse/],
    [http(404, ''), 'SETTINGS_INVALID', /HTTP path/],
    [http(429, ''), 'RATE_LIMITED', /slow down/],
    [http(503, ''), 'WAREHOUSE_STARTING', /starting/],
    [http(502, ''), 'HOST_UNREACHABLE', /status 502/],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'HOST_UNREACHABLE', /ECONNREFUSED/],
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
      failed(
        '22018',
        `[CAST_INVALID_INPUT] The value 'canary-4711' of the type "STRING" cannot be cast to "INT".`,
      ),
      'QUERY_FAILED',
      /CAST_INVALID_INPUT, SQLSTATE 22018/,
    ],
  ])('%# is mapped to what the person can do, and holds no value', async (error, code, message) => {
    const mapped = await mapDatabricksError(error, 'host.example');
    expect(mapped.code).toBe(code);
    expect(mapped.message).toMatch(message);
    expect(mapped.help).not.toBe('');
    expect(JSON.stringify(mapped.toShape())).not.toContain('canary');
    expect(mapped.cause).toBeUndefined();
  });
});
