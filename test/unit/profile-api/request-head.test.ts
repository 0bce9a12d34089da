import * as crypto from 'node:crypto';
import { beforeEach, expect, test, vi } from 'vitest';
import { KeyRing } from '../../../electron/profile-api/api-keys.ts';
import { readHead } from '../../../electron/profile-api/request-head.ts';
import { ALL_TOKEN, SETTINGS } from '../../support/profile-api/shop-profiles.ts';

// The real function, counted.
vi.mock('node:crypto', { spy: true });

beforeEach(() => {
  vi.mocked(crypto.timingSafeEqual).mockClear();
});

const PARTS = new Set(SETTINGS.parts.map(({ id }) => id));
const KEY = `Authorization: Bearer ${ALL_TOKEN}`;

function headOf(...lines: readonly string[]): Buffer {
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

const PLAIN = headOf('GET /v1/profiles/1 HTTP/1.1', 'Host: 127.0.0.1', KEY);

test.each([
  ['curl', ['Host: 127.0.0.1:4711', KEY, 'User-Agent: curl/8.14.1', 'Accept: */*']],
  [
    'fetch of Node',
    [
      'host: 127.0.0.1:4711',
      'connection: keep-alive',
      KEY.replace('A', 'a'),
      'accept: */*',
      'accept-language: *',
      'sec-fetch-mode: cors',
      'user-agent: node',
      'accept-encoding: gzip, deflate',
    ],
  ],
  [
    'a browser',
    [
      'Host: localhost:4711',
      'Connection: keep-alive',
      'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24"',
      KEY,
      'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)',
      'If-None-Match: "abc"',
      'Origin: https://shop.example',
      'Referer: https://shop.example/',
    ],
  ],
  ['Python', ['Host: 127.0.0.1:4711', 'User-Agent: python-requests/2.32.5', 'Accept: */*', 'X:', KEY]],
])('the head that %s sends is read', (_client, lines) => {
  const read = readHead(headOf('GET /v1/profiles?identifier=phone:%2B41 HTTP/1.1', ...lines), undefined);
  expect(read?.target).toBe('/v1/profiles?identifier=phone:%2B41');
  expect(read?.headers.host).toMatch(/^(127\.0\.0\.1|localhost):4711$/);
  expect(read?.headers.callerIn(new KeyRing(SETTINGS.keys, PARTS))?.id).toBe('service');
});

test('what is looked at of the headers is told, under any case', () => {
  const lines = ['HOST: localhost', 'origin: https://shop.example', 'IF-none-MATCH: "a", W/"b"'];
  const read = readHead(headOf('GET / HTTP/1.1', ...lines), undefined);
  expect(read?.headers).toMatchObject({
    host: 'localhost',
    origin: 'https://shop.example',
    knownTags: '"a", W/"b"',
  });
  expect(read?.headers.callerIn(new KeyRing(SETTINGS.keys, PARTS))).toBeUndefined();
});

const GET = 'GET /v1/profiles/1 HTTP/1.1';
const HOST = 'Host: 127.0.0.1';
test.each([
  ['another method', headOf('HEAD / HTTP/1.1', HOST)],
  ['a method in small letters', headOf('get / HTTP/1.1', HOST)],
  ['an older version', headOf('GET / HTTP/1.0', HOST)],
  ['a whole URL', headOf('GET http://127.0.0.1/ HTTP/1.1', HOST)],
  ['a fragment', headOf('GET /#x HTTP/1.1', HOST)],
  ['two spaces', headOf('GET  / HTTP/1.1', HOST)],
  ['a character that is not encoded', headOf('GET /\xe9 HTTP/1.1', HOST)],
  ['no Host', headOf(GET, KEY)],
  ['no headers', headOf(GET)],
  ['the same header twice', headOf(GET, HOST, KEY, KEY)],
  ['the same header twice under two cases', headOf(GET, HOST, 'X-A: 1', 'x-a: 1')],
  ['a folded line', headOf(GET, HOST, 'X-A: 1', ' 2')],
  ['a space before the colon', headOf(GET, `Host : 127.0.0.1`)],
  ['a tab', headOf(GET, HOST, 'X-A:\t1')],
  ['spaces around a value', headOf(GET, HOST, 'X-A:  1')],
  ['a space after a value', headOf(GET, HOST, 'X-A: 1 ')],
  ['a value beyond ASCII', headOf(GET, HOST, 'X-A: \xe9')],
  ['a NUL', headOf(GET, HOST, 'X-A: \0')],
  ['a bare line feed', headOf(GET, HOST, 'X-A: 1\nX-B: 2')],
  ['a bare carriage return', headOf(GET, HOST, 'X-A: 1\rX-B: 2')],
  ['a body', headOf(GET, HOST, 'Content-Length: 2')],
  ['a body of nothing', headOf(GET, HOST, 'Content-Length: 0')],
  ['chunks', headOf(GET, HOST, 'Transfer-Encoding: chunked')],
  ['an end of the connection', headOf(GET, HOST, 'Connection: close')],
  ['another protocol', headOf(GET, HOST, 'Connection: upgrade', 'Upgrade: websocket')],
  ['an expectation', headOf(GET, HOST, 'Expect: 100-continue')],
  ['trailers', headOf(GET, HOST, 'TE: trailers')],
  ['two requests', Buffer.concat([PLAIN, PLAIN])],
  ['something after it', Buffer.concat([PLAIN, Buffer.from('x')])],
  ['an empty line before it', Buffer.concat([Buffer.from('\r\n'), PLAIN])],
  ['a part of it', PLAIN.subarray(0, -1)],
  ['its first line', Buffer.from(`${GET}\r\n`)],
  ['nothing', Buffer.alloc(0)],
  ['too long a head', headOf(GET, HOST, `X-A: ${'x'.repeat(5_000)}`)],
])('%s is left to others', (_what, bytes) => {
  expect(readHead(bytes, undefined)).toBeUndefined();
  const before = readHead(PLAIN, undefined)?.headers;
  expect(readHead(bytes, before)).toBeUndefined();
});

test('headers like those before are taken as read, after a comparison in constant time', () => {
  const first = readHead(PLAIN, undefined);
  const second = readHead(headOf('GET /v1/profiles/22 HTTP/1.1', HOST, KEY), first?.headers);
  expect(second?.target).toBe('/v1/profiles/22');
  expect(second?.headers).toBe(first?.headers);
  const { calls } = vi.mocked(crypto.timingSafeEqual).mock;
  expect(calls).toHaveLength(1);
  const tail = `\r\n${HOST}\r\n${KEY}\r\n\r\n`;
  expect(calls[0]?.map((bytes) => Buffer.from(bytes as Buffer).toString('latin1'))).toEqual([tail, tail]);
});

test('any other headers are read for themselves', () => {
  const ring = new KeyRing(SETTINGS.keys, PARTS);
  const first = readHead(PLAIN, undefined);
  expect(first?.headers.callerIn(ring)?.id).toBe('service');
  for (let at = PLAIN.indexOf('slw_') + 4; at < PLAIN.length - 4; at += 1) {
    const other = Buffer.from(PLAIN);
    other.writeUInt8(other.readUInt8(at) === 65 ? 66 : 65, at);
    const read = readHead(other, first?.headers);
    expect(read?.headers).not.toBe(first?.headers);
    expect(read?.headers.callerIn(ring)).toBeUndefined();
  }
});

test('a line that ends in the headers before is no request line', () => {
  const first = readHead(PLAIN, undefined);
  const evil = Buffer.concat([
    Buffer.from('GET / HTTP/1.1\r\nContent-Length: 5'),
    first?.headers.bytes ?? Buffer.alloc(0),
  ]);
  expect(readHead(evil, first?.headers)).toBeUndefined();
});

test('whoever has a key is looked up anew once settings changed', () => {
  const { headers } = readHead(PLAIN, undefined) ?? {};
  expect(headers?.callerIn(new KeyRing(SETTINGS.keys, PARTS))?.id).toBe('service');
  expect(headers?.callerIn(new KeyRing([], PARTS))).toBeUndefined();
});
