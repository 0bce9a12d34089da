import { describe, expect, test } from 'vitest';
import { makeToken } from '../../../electron/profile-api/api-keys.ts';
import {
  PROFILE_1,
  batchOf,
  json,
  unstamped,
  withApi,
  withSettings,
} from '../../support/profile-api/asking.ts';
import {
  ALL_TOKEN,
  BASICS_TOKEN,
  ORIGIN,
  REVOKED_TOKEN,
  SETTINGS,
} from '../../support/profile-api/shop-profiles.ts';
import { type Reply } from '../../support/profile-api/start-api.ts';

describe('who has no valid key', () => {
  test('gets one and the same answer, whatever is asked and whoever is there', async () => {
    await withApi({}, async ({ ask }) => {
      const paths = [
        '/v1/profiles/1',
        '/v1/profiles/9',
        '/v1/profiles/%',
        '/v1/profiles:batchGet',
        '/v1/profiles?identifier=phone:many',
        '/v1/audiences/vip/members/1',
        '/v1/audiences/nothing/members/1',
        '/metrics',
        '/nothing',
        `/${'x'.repeat(3000)}`,
        '/',
      ];
      const wrong = makeToken();
      const authorizations = [
        undefined,
        '',
        'Bearer',
        `Bearer ${wrong}`,
        `Bearer ${REVOKED_TOKEN}`,
        `Bearer ${ALL_TOKEN}x`,
        `Basic ${ALL_TOKEN}`,
        `Bearer ${ALL_TOKEN.slice(0, -1)}${ALL_TOKEN.endsWith('A') ? 'B' : 'A'}`,
        `Bearer ${'ü'.repeat(47)}`,
      ];
      const seen = new Set<string>();
      for (const path of paths) {
        for (const authorization of authorizations) {
          for (const method of ['GET', 'POST', 'DELETE']) {
            const headers = authorization === undefined ? {} : { authorization: latin(authorization) };
            const reply = await ask(path, { method, headers });
            seen.add(JSON.stringify(unstamped(reply)));
          }
        }
      }
      expect([...seen]).toHaveLength(1);
      expect([...seen][0]).toContain('"status":401');
      expect([...seen][0]).toContain('"www-authenticate":"Bearer"');
    });
  });

  test('may send a valid key with the scheme in any case', async () => {
    await withApi({}, async ({ ask }) => {
      const headers = { authorization: `bEARER ${ALL_TOKEN}` };
      expect((await ask('/v1/profiles/1', { headers })).status).toBe(200);
    });
  });
});

/** Header values are sent as Latin-1. */
function latin(text: string): string {
  return Buffer.from(text).toString('latin1');
}

test('a key that is revoked or taken out reads no more, and a new one reads at once', async () => {
  await withApi({}, async ({ ask, server }) => {
    expect((await ask('/v1/profiles/1', { token: BASICS_TOKEN })).status).toBe(200);
    const keys = SETTINGS.keys.map((key) => ({
      ...key,
      ...(key.id === 'old' ? { revokedAt: undefined } : { revokedAt: '2026-11-01T00:00:00.000Z' }),
    }));
    server.update({
      ...SETTINGS,
      keys: keys.map(({ revokedAt, ...key }) => (revokedAt === undefined ? key : { ...key, revokedAt })),
    });
    expect((await ask('/v1/profiles/1', { token: BASICS_TOKEN })).status).toBe(401);
    expect(json(await ask('/v1/profiles/1', { token: REVOKED_TOKEN }))).toEqual(PROFILE_1);
    server.update({ ...SETTINGS, keys: [] });
    expect((await ask('/v1/profiles/1', { token: ALL_TOKEN })).status).toBe(401);
  });
});

test('a part that is taken out of the settings is told no more', async () => {
  await withApi({}, async ({ ask, server }) => {
    server.update({ ...SETTINGS, parts: SETTINGS.parts.filter(({ id }) => id === 'basics') });
    const reply = await ask('/v1/profiles/1', { token: ALL_TOKEN });
    expect(json(reply)).toEqual({ customerId: '1', parts: { basics: PROFILE_1.parts.basics } });
    expect((await ask('/v1/audiences/vip/members/1', { token: ALL_TOKEN })).status).toBe(403);
  });
});

describe('paths', () => {
  test.each([
    ['/', 404],
    ['/v1', 404],
    ['/v1/profiles/', 404],
    ['/v1/profiles/1/', 404],
    ['/v1/profiles/1/parts', 404],
    ['//v1/profiles/1', 404],
    ['/V1/profiles/1', 404],
    ['http://127.0.0.1/v1/profiles/1', 404],
    ['/v1/audiences//members/1', 404],
    ['/v1/audiences/vip/members/', 404],
    ['/v1/profiles/%', 400],
    ['/v1/profiles/%ff', 400],
    ['/v1/profiles/%00', 400],
    [`/v1/profiles/${'x'.repeat(200)}`, 404],
    [`/v1/profiles/${'x'.repeat(201)}`, 400],
    [`/v1/profiles/${'x'.repeat(2048)}`, 414],
    ['/v1/profiles/1?x', 200],
  ])('%s is %i', async (path, status) => {
    await withApi({}, async ({ ask }) => {
      const reply = await ask(path, { token: ALL_TOKEN });
      expect(reply.status).toBe(status);
      if (status !== 200) expect(json(reply)).toMatchObject({ type: 'about:blank', status });
      // Neither path nor id comes back.
      expect(reply.body).not.toContain('xxx');
    });
  });

  test('another method is refused with those that there are', async () => {
    await withApi({}, async ({ ask }) => {
      const reply = await ask('/v1/profiles/1', { token: ALL_TOKEN, method: 'DELETE' });
      expect([reply.status, reply.headers.allow]).toEqual([405, 'GET, HEAD']);
      const batch = await ask('/v1/profiles:batchGet', { token: ALL_TOKEN });
      expect([batch.status, batch.headers.allow]).toEqual([405, 'POST']);
    });
  });
});

describe('pages in a browser', () => {
  test('only a listed origin is told that it may read', async () => {
    await withApi({}, async ({ ask }) => {
      const listed = await ask('/v1/profiles/1', { token: ALL_TOKEN, headers: { origin: ORIGIN } });
      expect(listed.headers['access-control-allow-origin']).toBe(ORIGIN);
      expect(listed.headers['access-control-allow-credentials']).toBeUndefined();
      for (const origin of [
        'https://other.example',
        `${ORIGIN}.evil.example`,
        'null',
        ORIGIN.toUpperCase(),
      ]) {
        const other = await ask('/v1/profiles/1', { token: ALL_TOKEN, headers: { origin } });
        expect(Object.keys(other.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
    });
  });

  test('a refusal is told to a listed origin too', async () => {
    await withApi({}, async ({ ask }) => {
      const reply = await ask('/v1/profiles/1', { headers: { origin: ORIGIN } });
      expect([reply.status, reply.headers['access-control-allow-origin']]).toEqual([401, ORIGIN]);
    });
  });

  test('a preflight is answered for a listed origin, and refused for others', async () => {
    await withApi({}, async ({ ask }) => {
      const asking = { method: 'OPTIONS', headers: { 'access-control-request-method': 'GET' } };
      const listed = await ask('/v1/profiles/1', {
        ...asking,
        headers: { ...asking.headers, origin: ORIGIN },
      });
      expect([listed.status, listed.body]).toEqual([204, '']);
      expect(listed.headers).toMatchObject({
        'access-control-allow-origin': ORIGIN,
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'authorization, content-type, if-none-match',
        vary: 'Authorization, Origin',
      });
      for (const headers of [asking.headers, { ...asking.headers, origin: 'https://other.example' }]) {
        const other = await ask('/v1/profiles/1', { ...asking, headers });
        expect(other.status).toBe(403);
        expect(other.headers['access-control-allow-origin']).toBeUndefined();
      }
    });
  });
});

describe('the Host header', () => {
  test.each(['127.0.0.1', '127.0.0.1:80', 'localhost', 'LocalHost:8787', '[::1]', '[::1]:8787'])(
    '%s is ours',
    async (host) => {
      await withApi({}, async ({ ask }) => {
        expect((await ask('/healthz', { headers: { host } })).status).toBe(200);
      });
    },
  );

  test.each([
    'evil.example',
    'evil.example:8787',
    '127.0.0.1.evil.example',
    'localhost.',
    '::1',
    '127.0.0.1:x',
  ])('%s is refused before anything else', async (host) => {
    await withApi({}, async ({ ask }) => {
      for (const [method, path] of [
        ['GET', '/healthz'],
        ['GET', '/v1/profiles/1'],
        ['OPTIONS', '/v1/profiles/1'],
      ] as const) {
        const reply = await ask(path, { method, token: ALL_TOKEN, headers: { host, origin: ORIGIN } });
        expect(reply.status).toBe(421);
      }
    });
  });
});

describe('the rate limit', () => {
  test('a key may make as many requests at once as in a second; others are not held up', async () => {
    let now = Date.parse('2026-11-27T10:00:00.000Z');
    await withApi(
      { ...withSettings({ requestsPerSecond: 3 }), clock: () => now },
      async ({ ask, server }) => {
        const read = async (token: string): Promise<number> =>
          (await ask('/v1/profiles/1', { token })).status;
        expect([await read(ALL_TOKEN), await read(ALL_TOKEN), await read(ALL_TOKEN)]).toEqual([
          200, 200, 200,
        ]);
        const refused = await ask('/v1/profiles/1', { token: ALL_TOKEN });
        expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1']);
        expect(await read(BASICS_TOKEN)).toBe(200);
        now += 334;
        expect([await read(ALL_TOKEN), await read(ALL_TOKEN)]).toEqual([200, 429]);
        expect(server.takeReads().find(({ keyId }) => keyId === 'service')).toMatchObject({
          requests: 6,
          refused: 2,
        });
      },
    );
  });

  test('a batch costs its ids, and can be made however low the limit is', async () => {
    let now = Date.parse('2026-11-27T10:00:00.000Z');
    await withApi({ ...withSettings({ requestsPerSecond: 5 }), clock: () => now }, async ({ ask }) => {
      const batch = (ids: number): Promise<Reply> =>
        ask('/v1/profiles:batchGet', batchOf(...Array.from({ length: ids }, String)));
      expect((await batch(3)).status).toBe(200);
      expect((await batch(3)).status).toBe(429);
      now += 1000;
      expect((await batch(100)).status).toBe(200);
      expect((await batch(1)).status).toBe(429);
    });
  });
});
