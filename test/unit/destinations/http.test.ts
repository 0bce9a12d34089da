import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { readRetryAfter, sendHttp } from '../../../electron/destinations/http.ts';
import { failureOf, never, startServer } from './vendor-server.ts';

const TIMEOUT_MS = 5000;

describe('a request to a vendor', () => {
  it('gives back every answer with its status, headers and text', async () => {
    await using server = await startServer([
      { status: 418, text: 'short and stout', headers: { 'X-Kind': 'teapot' } },
    ]);
    const answer = await sendHttp({
      method: 'POST',
      url: `${server.url}/a/b?secret=1`,
      headers: { 'X-Own': 'yes' },
      body: 'ä',
      timeoutMs: TIMEOUT_MS,
      signal: never,
    });
    expect(answer).toMatchObject({ status: 418, text: 'short and stout' });
    expect(answer.headers.get('x-kind')).toBe('teapot');
    expect(answer.exchange).toEqual({ request: `POST ${server.url}/a/b`, status: 418 });
    expect(server.seen[0]).toMatchObject({ method: 'POST', path: '/a/b?secret=1', body: 'ä' });
    expect(server.seen[0]?.headers['x-own']).toBe('yes');
  });

  it('reads at most 1 MiB of an answer', async () => {
    await using server = await startServer([{ text: 'x'.repeat(3 * 1024 * 1024) }]);
    const answer = await sendHttp({ method: 'GET', url: server.url, timeoutMs: TIMEOUT_MS, signal: never });
    expect(answer.text).toHaveLength(1024 * 1024);
  });

  it.each([
    'http://example.com/hook',
    'ftp://127.0.0.1/',
    'https://user:pass@example.com/',
    'example.com',
    '',
  ])('is not sent to %j', async (url) => {
    const failure = await failureOf(sendHttp({ method: 'POST', url, timeoutMs: TIMEOUT_MS, signal: never }));
    expect(failure).toMatchObject({ kind: 'stop', error: { code: 'SETTINGS_INVALID' } });
    expect(JSON.stringify(failure.error)).not.toContain('pass@');
  });

  it('follows no redirect', async () => {
    await using server = await startServer([{ status: 302, headers: { Location: 'https://example.com/' } }]);
    const failure = await failureOf(
      sendHttp({ method: 'POST', url: server.url, timeoutMs: TIMEOUT_MS, signal: never }),
    );
    expect(failure).toMatchObject({ kind: 'stop', error: { code: 'SETTINGS_INVALID' } });
    expect(server.seen).toHaveLength(1);
  });

  it('may be sent again where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const failure = await failureOf(
      sendHttp({ method: 'POST', url: `http://127.0.0.1:${port}`, timeoutMs: TIMEOUT_MS, signal: never }),
    );
    expect(failure).toMatchObject({
      kind: 'retry',
      error: { code: 'HOST_UNREACHABLE' },
      exchange: { status: 'ECONNREFUSED' },
    });
  });

  it.each([
    ['POST', { cut: true }, 'unknown'],
    ['POST', { cut: true, status: 200, text: '{"half":' }, 'unknown'],
    ['GET', { cut: true }, 'retry'],
  ] as const)('%s with %j is %s', async (method, reply, kind) => {
    await using server = await startServer([reply]);
    const failure = await failureOf(
      sendHttp({ method, url: server.url, timeoutMs: TIMEOUT_MS, signal: never }),
    );
    expect(failure).toMatchObject({ kind, error: { code: 'HOST_UNREACHABLE' } });
  });

  it('has an unknown outcome where no answer comes in time', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const failure = await failureOf(
      sendHttp({ method: 'PUT', url: `http://127.0.0.1:${port}`, timeoutMs: 50, signal: never }),
    );
    server.close();
    expect(failure).toMatchObject({ kind: 'unknown', error: { code: 'TIMEOUT' } });
  });

  it('ends with the reason of an abort', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const abort = new AbortController();
    const reason = new Error('stopped by a person');
    server.once('connection', () => abort.abort(reason));
    const url = `http://127.0.0.1:${port}`;
    await expect(sendHttp({ method: 'POST', url, timeoutMs: TIMEOUT_MS, signal: abort.signal })).rejects.toBe(
      reason,
    );
    server.close();
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-24T10:00:00Z');

  it.each([
    ['7', 7000],
    ['Tue, 24 Nov 2026 10:00:30 GMT', 30_000],
    ['Tue, 24 Nov 2026 09:00:00 GMT', 0],
    ['86400', 3_600_000],
    ['soon', undefined],
    ['', undefined],
  ])('%j is %s ms', (text, wait) => {
    expect(readRetryAfter(new Headers({ 'Retry-After': text }), now)).toBe(wait);
  });
});
