// What one connection is answered: requests of a plain kind without `node:http`, all others by it. Nobody may notice which.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SERVER_LIMITS } from '../../../electron/profile-api/server-limits.ts';
import { readHead } from '../../../electron/profile-api/request-head.ts';
import { openRaw, until } from '../../support/profile-api/raw-socket.ts';
import {
  ALL_TOKEN,
  BASICS_TOKEN,
  ORIGIN,
  REVOKED_TOKEN,
  shopStore,
} from '../../support/profile-api/shop-profiles.ts';
import { startApi, type TestApi } from '../../support/profile-api/start-api.ts';
import { lateStore } from '../../support/profile-api/stores.ts';

const RUNS = 50;
/** Requests of a run: each waits for a connection of its own, not for the others. */
const AT_ONCE = 30;
/** Whoever sends half a request is not waited for long. */
const SHORT = { ...SERVER_LIMITS, headers: 200, request: 200, keepAlive: 2_000, check: 50 };

const LAST = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
/** What is no request: both ways wait for one. */
const EMPTY_LINES = ['\r\n\r\n', '\r\n', '\n', '\r'].map((text) => Buffer.from(text));

let apis: readonly TestApi[];
beforeAll(async () => {
  apis = [
    await startApi({ limits: SHORT }),
    await startApi({ limits: SHORT, store: lateStore(shopStore()) }),
  ];
});
afterAll(async () => {
  for (const api of apis) {
    expect(api.failures).toEqual([]);
    await api.stop();
  }
});

const segment = fc.constantFrom(
  '1',
  '2',
  '3',
  '9',
  '%31',
  'a%2Fb%20%22%C3%BC%22%5C',
  '%',
  '%00',
  'x'.repeat(201),
);
const path = fc.oneof(
  { weight: 4, arbitrary: segment.map((id) => `/v1/profiles/${id}`) },
  segment.map((id) => `/v1/audiences/gold/members/${id}`),
  fc.constantFrom(
    '/healthz',
    '/openapi.json',
    '/v1/profiles?identifier=email_sha256:00ff',
    '/v1/profiles?identifier=phone:%2B41+44+000',
    '/v1/profiles?identifier=phone:many',
    '/v1/profiles?',
    '/v1/profiles:batchGet',
    `/${'x'.repeat(2_100)}`,
    '/v1/profiles/1?x=1&y',
    '//v1/profiles/1',
    '/a/../healthz',
    '/#',
    '*',
    '/\xe9',
    '/[1]',
    'http://127.0.0.1/healthz',
  ),
);
const key = fc
  .constantFrom(ALL_TOKEN, ALL_TOKEN, ALL_TOKEN, BASICS_TOKEN, REVOKED_TOKEN, 'x')
  .map((token) => `Authorization: Bearer ${token}`);
const host = fc.constantFrom(
  'Host: 127.0.0.1',
  'host: localhost:80',
  'Host: [::1]',
  'Host: evil.example',
  'Host:',
);
const usual = fc.constantFrom(
  'User-Agent: curl/8.14.1',
  'Accept: */*',
  'Connection: keep-alive',
  `Origin: ${ORIGIN}`,
  'Origin: null',
  'If-None-Match: *',
  'If-None-Match: "x", W/"y"',
  'X-A: ~!@#$%^&*()_+={}[]|\\:;"<>,.?/',
  'X-Empty:',
);
const odd = fc.constantFrom(
  'Connection: close',
  'Connection: Keep-Alive, x',
  'Content-Length: 0',
  'Transfer-Encoding: identity',
  'Upgrade: h2c',
  'Expect: 100-continue',
  'X-A:   spaces  ',
  'X-A:\ttab',
  'X-A: \xe9',
  'X-A: \0',
  'X A: 1',
  ': 1',
  ' folded',
  'X-A: 1\nX-B: 2',
  'X-A: 1\r',
  'Host: evil.example',
  `Authorization: Bearer ${BASICS_TOKEN}`,
  'no colon',
);
const line = fc.oneof(
  { weight: 12, arbitrary: path.map((target) => `GET ${target} HTTP/1.1`) },
  fc.constantFrom(
    'HEAD /healthz HTTP/1.1',
    'GET /healthz HTTP/1.0',
    'get / HTTP/1.1',
    'GET  / HTTP/1.1',
    'GET /',
    '',
  ),
);
const headers = fc
  .tuple(
    fc.option(host, { freq: 12 }),
    fc.option(key, { freq: 8 }),
    fc.uniqueArray(usual, { maxLength: 4 }),
    fc.option(odd, { nil: null, freq: 1 }).map((one) => (one === null ? [] : [one])),
    fc.nat(),
  )
  .map(([first, second, many, one, at]) => {
    const all = [first, second, ...many].filter((each) => each !== null);
    all.splice(at % (all.length + 1), 0, ...one);
    return all;
  });
const message = fc
  .tuple(line, headers)
  .map(([first, rest]) => Buffer.from(`${[first, ...rest].join('\r\n')}\r\n\r\n`, 'latin1'));

test(`${RUNS * AT_ONCE} requests get the same answer from either`, async () => {
  let plain = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 1 }),
      fc.array(message, { minLength: AT_ONCE, maxLength: AT_ONCE }),
      async (which, messages) => {
        const { port } = apis[which]!;
        plain += messages.filter((bytes) => readHead(bytes, undefined) !== undefined).length;
        const [plainly, byNode] = await Promise.all([
          Promise.all(messages.map((bytes) => answerAfter(port, 'GET', bytes))),
          // Whatever comes after a request of another kind is for `node:http`.
          Promise.all(messages.map((bytes) => answerAfter(port, 'HEAD', bytes))),
        ]);
        expect(plainly).toEqual(byNode);
      },
    ),
    { numRuns: RUNS, endOnFailure: true, examples: [0, 1].map((which) => [which, EMPTY_LINES]) },
  );
  const share = plain / (RUNS * AT_ONCE);
  expect(share).toBeGreaterThan(0.2);
  expect(share).toBeLessThan(0.95);
}, 300_000);

/** Sends a request of a method, then `bytes`, then one more. @returns the answers to the last two; where the connection ended, the second is empty */
async function answerAfter(port: number, method: 'GET' | 'HEAD', bytes: Buffer): Promise<string[]> {
  const raw = await openRaw(port);
  const answerTo = async (message: Buffer | string): Promise<string> => {
    const begin = raw.text().length;
    const isHead = String(message).startsWith('HEAD');
    raw.socket.write(message);
    await until(() => raw.socket.destroyed || isWhole(raw.text().slice(begin), isHead));
    return raw
      .text()
      .slice(begin)
      .replace(/^Date: .*$/m, 'Date: now');
  };
  await answerTo(`${method} /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  const answers = [await answerTo(bytes), await answerTo(LAST)];
  raw.socket.destroy();
  await raw.ended;
  return answers.map(sorted);
}

/** Whether an answer is there to its end. */
function isWhole(text: string, isHead: boolean): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return false;
  const length = isHead ? 0 : Number(/^Content-Length: (\d+)/im.exec(text)?.[1] ?? 0);
  return text.length >= end + 4 + length;
}

/** An answer with its headers sorted. */
function sorted(text: string): string {
  const end = text.indexOf('\r\n\r\n');
  const [status, ...lines] = text.slice(0, end).split('\r\n');
  return `${[status, ...lines.sort()].join('\n')}\n${text.slice(end)}`;
}
