import { describe, expect, test } from 'vitest';
import { makeToken } from '../../../electron/profile-api/api-keys.ts';
import { PROFILE_1, batchOf, json, withApi, withSettings } from '../../support/profile-api/asking.ts';
import {
  ALL_TOKEN,
  AS_OF,
  AS_OF_SECRET,
  BASICS_TOKEN,
  shopStore,
  STATES,
} from '../../support/profile-api/shop-profiles.ts';
import { startApi } from '../../support/profile-api/start-api.ts';
import { failingStore, mapStore } from '../../support/profile-api/stores.ts';

test('reads are counted by key and minute, without a value', async () => {
  let now = Date.parse('2026-11-27T10:00:59.000Z');
  await withApi({ clock: () => now }, async ({ ask, server }) => {
    await ask('/v1/profiles/1', { token: ALL_TOKEN });
    await ask('/v1/profiles/9', { token: ALL_TOKEN });
    await ask('/v1/profiles:batchGet', batchOf('1', '2', '9'));
    await ask('/v1/audiences/nothing/members/1', { token: ALL_TOKEN });
    await ask('/v1/profiles/1', { token: makeToken() });
    now += 1000;
    await ask('/v1/profiles?identifier=phone:many', { token: ALL_TOKEN });
    await ask('/v1/audiences/high-bread/members/1', { token: BASICS_TOKEN });
    expect(server.takeReads()).toEqual([
      {
        keyId: 'service',
        minute: '2026-11-27T10:00:00.000Z',
        requests: 4,
        profiles: 3,
        missing: 2,
        refused: 1,
      },
      {
        keyId: 'service',
        minute: '2026-11-27T10:01:00.000Z',
        requests: 1,
        profiles: 10,
        missing: 0,
        refused: 0,
      },
      { keyId: 'shop', minute: '2026-11-27T10:01:00.000Z', requests: 1, profiles: 1, missing: 0, refused: 0 },
    ]);
    expect(server.takeReads()).toEqual([]);
    now += 1000;
    expect(server.latency().map(({ requests, errors }) => ({ requests, errors }))).toEqual([
      { requests: 4, errors: 0 },
      { requests: 2, errors: 0 },
    ]);
  });
});

describe('health', () => {
  test('tells its status to everybody, and parts to a key that may read them', async () => {
    await withApi({}, async ({ ask, server }) => {
      expect(json(await ask('/healthz'))).toEqual({ status: 'ok' });
      expect(json(await ask('/healthz', { token: makeToken() }))).toEqual({ status: 'ok' });
      server.warn(1, 'The warehouse could not be reached.');
      expect(json(await ask('/healthz'))).toEqual({ status: 'degraded' });
      const basics = { id: 'basics', asOf: AS_OF, customers: 3 };
      expect(json(await ask('/healthz', { token: BASICS_TOKEN }))).toEqual({
        status: 'degraded',
        parts: [basics],
      });
      const warning = 'The warehouse could not be reached.';
      expect(json(await ask('/healthz', { token: ALL_TOKEN }))).toEqual({
        status: 'degraded',
        parts: [basics, { id: 'contact', asOf: AS_OF_SECRET, warning }],
      });
      server.warn(1, undefined);
      expect(json(await ask('/healthz'))).toEqual({ status: 'ok' });
    });
  });

  test('is 503 until the parts are read, and so is every read, whoever the customer is', async () => {
    const states = STATES.map(({ id }) => ({ id, asOf: undefined, customers: undefined }));
    await withApi({ store: mapStore(states, new Map()) }, async ({ ask, server, failures }) => {
      const health = await ask('/healthz');
      expect([health.status, json(health)]).toEqual([503, { status: 'starting' }]);
      for (const reply of [
        await ask('/v1/profiles/1', { token: ALL_TOKEN }),
        await ask('/v1/profiles:batchGet', batchOf('1')),
        await ask('/v1/profiles?identifier=phone:many', { token: ALL_TOKEN }),
        await ask('/v1/audiences/gold/members/1', { token: ALL_TOKEN }),
      ]) {
        expect([reply.status, reply.headers['retry-after']]).toEqual([503, '5']);
        expect(json(reply)).toMatchObject({ code: 'WAREHOUSE_STARTING' });
      }
      for (const part of [0, 1]) server.warn(part, 'The values were too old.');
      expect(await ask('/healthz')).toMatchObject({ status: 503, body: '{"status":"degraded"}' });
      expect([server.takeReads(), failures]).toEqual([[], []]);
    });
  });

  test('is 200 while one part can be told', async () => {
    const [basics, contact] = STATES;
    const states = [{ ...basics!, asOf: undefined }, contact!];
    await withApi({ store: { ...shopStore(), parts: () => states } }, async ({ ask, server }) => {
      expect((await ask('/healthz')).status).toBe(503);
      server.warn(0, 'The values were too old.');
      expect((await ask('/healthz')).status).toBe(200);
      const reply = await ask('/v1/profiles/1', { token: ALL_TOKEN });
      expect(json(reply)).toEqual({ customerId: '1', parts: { contact: PROFILE_1.parts.contact } });
      expect((await ask('/v1/profiles/1', { token: BASICS_TOKEN })).status).toBe(503);
    });
  });
});

describe('a store that fails', () => {
  test.each([
    ['HOST_UNREACHABLE', 'at-once', 503, 'HOST_UNREACHABLE'],
    ['HOST_UNREACHABLE', 'late', 503, 'HOST_UNREACHABLE'],
    ['QUERY_FAILED', 'at-once', 503, 'QUERY_FAILED'],
    ['QUERY_FAILED', 'late', 503, 'QUERY_FAILED'],
    ['INTERNAL', 'at-once', 500, 'INTERNAL'],
    ['INTERNAL', 'late', 500, 'INTERNAL'],
  ] as const)('with %s, %s, is answered %i without its text', async (code, way, status, told) => {
    await withApi({ store: failingStore(STATES, code, way) }, async ({ ask, failures }) => {
      const replies = [
        await ask('/v1/profiles/1', { token: ALL_TOKEN }),
        await ask('/v1/profiles:batchGet', batchOf('1')),
        await ask('/v1/profiles?identifier=phone:many', { token: ALL_TOKEN }),
        await ask('/v1/audiences/gold/members/1', { token: ALL_TOKEN }),
      ];
      for (const reply of replies) {
        expect(reply.status).toBe(status);
        expect(reply.headers['retry-after']).toBe(status === 503 ? '5' : undefined);
        expect(json(reply)).toMatchObject({ status, code: told });
        expect(reply.body).not.toContain('internal.example');
      }
      expect(failures).toHaveLength(status === 500 ? replies.length : 0);
      expect((await ask('/healthz')).status).toBe(200);
    });
  });
});

test('a port that is taken is told as a setting to change', async () => {
  await withApi({}, async ({ port }) => {
    await expect(startApi(withSettings({ port }))).rejects.toMatchObject({ code: 'SETTINGS_INVALID' });
  });
});
