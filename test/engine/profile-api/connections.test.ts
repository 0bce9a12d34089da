import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SERVER_LIMITS, type ServerLimits } from '../../../electron/profile-api/server-limits.ts';
import type { ProfileStore } from '../../../electron/profile-api/profile-store.ts';
import {
  exchangeRaw,
  openRaw,
  type RawSocket,
  statusesOf,
  until,
} from '../../support/profile-api/raw-socket.ts';
import { ALL_TOKEN, shopStore, STATES } from '../../support/profile-api/shop-profiles.ts';
import { startApi, type TestApi } from '../../support/profile-api/start-api.ts';
import { mapStore } from '../../support/profile-api/stores.ts';

/** The limits of the product, with shorter times. */
const SHORT: ServerLimits = {
  ...SERVER_LIMITS,
  headers: 400,
  request: 800,
  keepAlive: 400,
  idle: 1_500,
  check: 50,
};
const HOST = 'Host: 127.0.0.1\r\n';
const KEY = `Authorization: Bearer ${ALL_TOKEN}\r\n`;
const readOf = (id: string): string => `GET /v1/profiles/${id} HTTP/1.1\r\n${HOST}${KEY}\r\n`;
const READ = readOf('1');
const BATCH = `POST /v1/profiles:batchGet HTTP/1.1\r\n${HOST}${KEY}Content-Type: application/json\r\n`;

let api: TestApi;
beforeEach(async () => {
  api = await startApi({ limits: SHORT });
});
afterEach(async () => {
  await expectServing();
  expect(api.failures).toEqual([]);
  await api.stop();
  await until(() => api.server.connections() === 0);
});

async function expectServing(): Promise<void> {
  expect((await api.ask('/v1/profiles/1', { token: ALL_TOKEN })).status).toBe(200);
}

/** Sends a text byte by byte until the server has had enough. */
async function drip(raw: RawSocket, text: string): Promise<void> {
  for (let at = 0; !raw.socket.destroyed; at += 1) {
    raw.socket.write(text[at % text.length] ?? '');
    await setTimeout(20);
  }
  await raw.ended;
}

describe('what is no HTTP', () => {
  test.each([
    ['a word', 'GARBAGE\r\n\r\n'],
    ['nothing but line ends', '\r\n\r\n\r\n'],
    ['an unknown version', `GET /healthz HTTP/9.9\r\n${HOST}\r\n`],
    ['HTTP/0.9', 'GET /healthz\r\n\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['no Host', 'GET /healthz HTTP/1.1\r\n\r\n'],
    ['a space in a path', `GET /v1/profiles/1 2 HTTP/1.1\r\n${HOST}\r\n`],
    ['a NUL in a path', `GET /v1/\0 HTTP/1.1\r\n${HOST}\r\n`],
    ['a path that is not encoded', `GET /v1/profiles/\xe9 HTTP/1.1\r\n${HOST}${KEY}\r\n`],
    ['a header without a name', `GET / HTTP/1.1\r\n${HOST}: x\r\n\r\n`],
    ['a NUL in a header', `GET / HTTP/1.1\r\n${HOST}X: \0\r\n\r\n`],
    ['bare line feeds', 'GET / HTTP/1.1\nHost: 127.0.0.1\n\n'],
    ['a head of 20 KiB', `GET / HTTP/1.1\r\n${HOST}X: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['a path of 20 KiB', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`],
    ['two lengths', `${BATCH}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
    ['a length and chunks', `${BATCH}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a negative length', `${BATCH}Content-Length: -1\r\n\r\n{}`],
    ['a length beyond numbers', `${BATCH}Content-Length: 99999999999999999999\r\n\r\n{}`],
    ['a chunk beyond numbers', `${BATCH}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n`],
    ['a chunk without a size', `${BATCH}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`],
    ['a tunnel', `CONNECT 127.0.0.1:1 HTTP/1.1\r\n${HOST}${KEY}\r\n`],
    ['a request after such', `GARBAGE\r\n\r\n${READ}`],
  ])('%s is refused or dropped', async (_what, text) => {
    const reply = await exchangeRaw(api.port, text);
    for (const status of statusesOf(reply)) expect([400, 401, 408, 413, 421, 431]).toContain(status);
    expect(reply).not.toContain('ann@example.com');
  });

  test('a valid request before it is still answered', async () => {
    const reply = await exchangeRaw(api.port, `${READ}GARBAGE\r\n\r\n`);
    expect(statusesOf(reply)[0]).toBe(200);
  });
});

describe('slow clients', () => {
  test('headers that never end are cut off, while others are served', async () => {
    const slow = await Promise.all(Array.from({ length: 20 }, () => openRaw(api.port)));
    const dripping = Promise.all(
      slow.map((raw) => drip(raw, `GET /v1/profiles/1 HTTP/1.1\r\n${HOST}${'X: y\r\n'.repeat(999)}`)),
    );
    await expectServing();
    await dripping;
    for (const raw of slow) expect(statusesOf(raw.text()).every((status) => status === 408)).toBe(true);
  });

  test('a body that never ends is cut off, with a key and without one', async () => {
    const withKey = await openRaw(api.port);
    withKey.socket.write(`${BATCH}Content-Length: 60000\r\n\r\n`);
    const without = await openRaw(api.port);
    without.socket.write(`POST /v1/profiles:batchGet HTTP/1.1\r\n${HOST}Content-Length: 60000\r\n\r\n`);
    await Promise.all([drip(withKey, '{"customerIds":'), drip(without, '{"customerIds":')]);
    expect(statusesOf(withKey.text()).includes(200)).toBe(false);
    expect(statusesOf(without.text())[0]).toBe(401);
    expect(api.server.takeReads()).toEqual([]);
  });

  test('a connection that sends nothing is cut off, before a request and after one', async () => {
    const silent = await openRaw(api.port);
    const once = await openRaw(api.port);
    once.socket.write(READ);
    await Promise.all([silent.ended, once.ended]);
    expect(statusesOf(once.text())).toEqual([200]);
  });

  test('a client that asks and never reads is cut off', async () => {
    const raw = await openRaw(api.port);
    raw.socket.pause();
    // Until the buffers of both sides are full, so that the server cannot send.
    while (!raw.socket.destroyed && raw.socket.writableLength < 1_000_000) {
      raw.socket.write(READ.repeat(100));
      await setTimeout(1);
    }
    await until(() => api.server.connections() === 0);
    raw.socket.destroy();
  });

  test('a client that leaves within a body or before its answer leaves nothing behind', async () => {
    for (const text of [`${BATCH}Content-Length: 100\r\n\r\n{"cus`, READ, 'GET /v1/pro', '']) {
      const raw = await openRaw(api.port);
      raw.socket.write(text);
      await setTimeout(10);
      raw.socket.resetAndDestroy();
    }
    await until(() => api.server.connections() === 0);
  });
});

/** Answers each customer later than the next one, so that answers are ready in the wrong order. */
function backwardsStore(): ProfileStore {
  const store = shopStore();
  let wait = 100;
  return {
    ...store,
    async find(ids) {
      wait -= 2;
      await setTimeout(Math.max(0, wait));
      return store.find(ids);
    },
  };
}

test('pipelined requests are answered in their order, each with its own customer', async () => {
  const late = await startApi({ limits: SHORT, store: backwardsStore() });
  try {
    const ids = Array.from({ length: 40 }, (_, at) => String((at % 4) + 1));
    const requests = ids.map(
      (id, at) => `GET /v1/profiles/${id} HTTP/1.1\r\n${HOST}${at % 7 === 0 ? '' : KEY}\r\n`,
    );
    const reply = await exchangeRaw(late.port, requests.join(''));
    const expected = ids.map((id, at) => (at % 7 === 0 ? 401 : id === '4' ? 404 : 200));
    expect(statusesOf(reply)).toEqual(expected);
    const told = [...reply.matchAll(/"customerId":"(\d)"/g)].map((match) => match[1]);
    expect(told).toEqual(ids.filter((_, at) => expected[at] === 200));
  } finally {
    await late.stop();
  }
});

test('requests that come before an answer wait for it, each for its own customer', async () => {
  const late = await startApi({ limits: SHORT, store: backwardsStore() });
  try {
    const raw = await openRaw(late.port);
    const ids = ['1', '2', '9', '1', '2'];
    for (const id of ids) {
      raw.socket.write(readOf(id));
      await setTimeout(5);
    }
    await until(() => statusesOf(raw.text()).length === ids.length);
    raw.socket.destroy();
    expect(statusesOf(raw.text())).toEqual([200, 200, 404, 200, 200]);
    const told = [...raw.text().matchAll(/"customerId":"(\d)"/g)].map((match) => match[1]);
    expect(told).toEqual(['1', '2', '1', '2']);
  } finally {
    await late.stop();
  }
});

/** Customers `a` and `b`, with documents that are long and all of one letter. */
function longStore(length: number): ProfileStore {
  const profile = (id: string) => ({
    id,
    parts: [JSON.stringify({ attributes: { city: id.repeat(length) }, audiences: [] })],
  });
  return mapStore(STATES, new Map(['a', 'b'].map((id) => [id, profile(id)])));
}

const COUNT = /^slipway_api_requests_total{route="readProfile",status="200"} (\d+)$/m;

/**
 * Asks for a customer, one request at a time, until the answers find no room between server and client any more.
 * @returns how often it asked
 */
async function askUntilFull({ ask }: TestApi, raw: RawSocket, id: string): Promise<number> {
  raw.socket.pause();
  // Each request goes out at once, though nothing was answered of the one before.
  raw.socket.setNoDelay(true);
  const countAnswers = async (): Promise<number> =>
    Number(COUNT.exec((await ask('/metrics', { token: ALL_TOKEN })).body)?.[1] ?? 0);
  let answers = await countAnswers();
  for (let asked = 1; ; asked += 1) {
    const before = answers;
    raw.socket.write(readOf(id));
    for (let turn = 0; turn < 20 && answers === before; turn += 1) answers = await countAnswers();
    if (answers === before) return asked;
  }
}

describe('a store that does not answer', () => {
  const silent = (limits: ServerLimits): Promise<TestApi> =>
    startApi({ limits, store: { ...shopStore(), find: () => new Promise<never>(() => undefined) } });

  test('holds no connection of a client that has left', async () => {
    const patient = await silent({ ...SHORT, idle: 600_000 });
    const raw = await openRaw(patient.port);
    raw.socket.write(READ);
    await setTimeout(50);
    raw.socket.end();
    await until(() => patient.server.connections() === 0);
    await patient.stop();
  });

  test('holds none that waits for too long', async () => {
    const short = await silent(SHORT);
    const raw = await openRaw(short.port);
    raw.socket.write(READ);
    await raw.ended;
    expect(raw.text()).toBe('');
    await until(() => short.server.connections() === 0);
    await short.stop();
  });
});

test('requests that come at once, and more before they are answered, are all answered to who reads late', async () => {
  const long = await startApi({ store: longStore(60_000) });
  try {
    const raw = await openRaw(long.port);
    raw.socket.setNoDelay(true);
    raw.socket.pause();
    const many = readOf('a').repeat(120);
    raw.socket.write(many);
    await setTimeout(50);
    raw.socket.write(many);
    await setTimeout(100);
    raw.socket.resume();
    await until(() => raw.socket.destroyed || statusesOf(raw.text()).length === 240);
    expect(statusesOf(raw.text())).toEqual(Array.from({ length: 240 }, () => 200));
    raw.socket.destroy();
  } finally {
    await long.stop();
  }
});

test('a client that reads late gets every answer whole, and its own', async () => {
  const patient = { ...SERVER_LIMITS, idle: 60_000 };
  const long = await startApi({ limits: patient, store: longStore(15_000) });
  try {
    const clients = [];
    for (const id of ['a', 'b', 'a']) {
      const raw = await openRaw(long.port);
      clients.push({ id, raw, asked: await askUntilFull(long, raw, id) });
    }
    for (const { id, raw, asked } of clients) {
      expect(asked).toBeGreaterThan(20);
      raw.socket.resume();
      await until(() => statusesOf(raw.text()).length === asked && raw.text().endsWith(']}}}'));
      const cities = [...raw.text().matchAll(/"city":"([^"]*)"/g)].map((match) => match[1]);
      expect(new Set(cities)).toEqual(new Set([id.repeat(15_000)]));
      expect(cities).toHaveLength(asked);
      raw.socket.destroy();
    }
  } finally {
    await long.stop();
  }
});

test('a client that asks one by one and never reads is cut off', async () => {
  const long = await startApi({ limits: SHORT, store: longStore(15_000) });
  try {
    const raw = await openRaw(long.port);
    await askUntilFull(long, raw, 'a');
    await until(() => long.server.connections() === 1);
    raw.socket.destroy();
  } finally {
    await long.stop();
  }
});

/** Idle connections that this process can hold at once, 10,000 at most: both ends of those that are let in count. */
function idleConnections(): number {
  const limits = process.report.getReport() as { userLimits?: { open_files?: { soft?: number | string } } };
  const soft = Number(limits.userLimits?.open_files?.soft);
  return Math.min(10_000, (Number.isNaN(soft) ? 4_096 : soft) - SERVER_LIMITS.connections - 500);
}

test('connections above the limit are refused at once, while those that are served go on', async () => {
  // Nobody is cut off meanwhile, however long a busy machine takes to open that many.
  const patient = { ...SERVER_LIMITS, headers: 100_000, request: 100_000, keepAlive: 100_000, idle: 100_000 };
  const real = await startApi({ limits: patient });
  const asked = idleConnections();
  try {
    const served = await openRaw(real.port);
    let answers = 0;
    const serve = async (): Promise<void> => {
      served.socket.write(READ);
      answers += 1;
      await until(() => statusesOf(served.text()).length === answers);
    };
    await serve();
    const idle: RawSocket[] = [];
    let ended = 0;
    while (idle.length < asked) {
      const opened = await Promise.all(
        Array.from({ length: Math.min(500, asked - idle.length) }, () => openRaw(real.port)),
      );
      for (const raw of opened) void raw.ended.then(() => (ended += 1));
      idle.push(...opened);
      expect(real.server.connections()).toBeLessThanOrEqual(SERVER_LIMITS.connections);
      await serve();
    }
    await until(() => ended >= asked - SERVER_LIMITS.connections + 1);
    await serve();
    for (const raw of idle) raw.socket.destroy();
    await until(() => real.server.connections() === 1);
    expect((await real.ask('/v1/profiles/1', { token: ALL_TOKEN })).status).toBe(200);
    const metrics = await real.ask('/metrics', { token: ALL_TOKEN });
    const dropped = Number(/^slipway_api_connections_dropped_total (\d+)$/m.exec(metrics.body)?.[1]);
    expect(dropped).toBe(asked - SERVER_LIMITS.connections + 1);
    expect(statusesOf(served.text()).every((status) => status === 200)).toBe(true);
    console.log(`${asked} idle connections, ${dropped} refused, ${answers} answers meanwhile.`);
  } finally {
    await real.stop();
  }
  await until(() => real.server.connections() === 0);
}, 120_000);
