import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROFILE_1, batchOf, json, unstamped, withApi } from '../../support/profile-api/asking.ts';
import {
  ALL_TOKEN,
  AS_OF,
  AS_OF_SECRET,
  BASICS_TOKEN,
  SETTINGS,
  shopStore,
} from '../../support/profile-api/shop-profiles.ts';
import { type TestApi, startApi } from '../../support/profile-api/start-api.ts';
import { lateStore, openMemoryStore } from '../../support/profile-api/stores.ts';

describe.each([
  ['answers at once', shopStore],
  ['answers by promises', () => lateStore(shopStore())],
])('over a store that %s', (_name, makeStore) => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({ store: makeStore() });
  });
  afterAll(async () => {
    await api.stop();
    expect(api.failures).toEqual([]);
  });

  test('a customer is told with the parts that the key may read', async () => {
    const all = await api.ask('/v1/profiles/1', { token: ALL_TOKEN });
    expect(all.status).toBe(200);
    expect(json(all)).toEqual(PROFILE_1);
    const { basics } = PROFILE_1.parts;
    expect(json(await api.ask('/v1/profiles/1', { token: BASICS_TOKEN }))).toEqual({
      customerId: '1',
      parts: { basics },
    });
  });

  test('an id is decoded once, and told as JSON', async () => {
    const path = `/v1/profiles/${encodeURIComponent('a/b "ü"\\')}`;
    expect(json(await api.ask(path, { token: ALL_TOKEN }))).toMatchObject({ customerId: 'a/b "ü"\\' });
    expect((await api.ask('/v1/profiles/%2531', { token: ALL_TOKEN })).status).toBe(404);
  });

  test('a customer who is in no part of the key is answered like one who is not there', async () => {
    const hidden = await api.ask('/v1/profiles/3', { token: BASICS_TOKEN });
    const absent = await api.ask('/v1/profiles/4', { token: BASICS_TOKEN });
    expect(hidden.status).toBe(404);
    expect(unstamped(hidden)).toEqual(unstamped(absent));
  });

  test('an ETag spares the body until the parts differ', async () => {
    const first = await api.ask('/v1/profiles/1', { token: ALL_TOKEN });
    const { etag = '' } = first.headers;
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    for (const known of [etag, `"x", W/${etag}`, '*']) {
      const again = await api.ask('/v1/profiles/1', {
        token: ALL_TOKEN,
        headers: { 'if-none-match': known },
      });
      expect([again.status, again.body, again.headers.etag]).toEqual([304, '', etag]);
    }
    const other = await api.ask('/v1/profiles/1', {
      token: BASICS_TOKEN,
      headers: { 'if-none-match': etag },
    });
    expect(other.status).toBe(200);
    expect(other.headers['cache-control']).toBe('private, no-cache');
    expect(other.headers.vary).toBe('Authorization, Origin');
  });

  test('HEAD is answered as GET without a body', async () => {
    const reply = await api.ask('/v1/profiles/1', { token: ALL_TOKEN, method: 'HEAD' });
    const whole = await api.ask('/v1/profiles/1', { token: ALL_TOKEN });
    expect([reply.status, reply.body]).toEqual([200, '']);
    expect(reply.headers['content-length']).toBe(whole.headers['content-length']);
  });

  test('a batch tells those who are there and names those who are not, each once', async () => {
    const reply = await api.ask('/v1/profiles:batchGet', batchOf('1', '9', '1', '"x"', '2'));
    expect(reply.status).toBe(200);
    expect(json(reply)).toMatchObject({
      profiles: [PROFILE_1, { customerId: '2' }],
      missing: ['9', '"x"'],
    });
    const basics = await api.ask('/v1/profiles:batchGet', { ...batchOf('3', '2'), token: BASICS_TOKEN });
    expect(json(basics)).toMatchObject({ profiles: [{ customerId: '2' }], missing: ['3'] });
  });

  test.each([
    ['nobody', batchOf(), 400],
    ['101 customers', batchOf(...Array.from({ length: 101 }, String)), 400],
    ['an id that is no text', batchOf(1), 400],
    ['an empty id', batchOf(''), 400],
    ['an id of 201 characters', batchOf('x'.repeat(201)), 400],
    ['an id with a NUL', batchOf('1\0'), 400],
    ['half a character', { ...batchOf(), body: '{"customerIds":["\\ud800"]}' }, 400],
    ['one more key', { ...batchOf(), body: '{"customerIds":["1"],"parts":["contact"]}' }, 400],
    ['no JSON', { ...batchOf(), body: '{' }, 400],
    ['no UTF-8', { ...batchOf(), body: Buffer.from([0x22, 0xff, 0x22]) }, 400],
    ['no body', { ...batchOf(), body: '' }, 400],
    ['another type', { ...batchOf('1'), headers: { 'content-type': 'text/plain' } }, 415],
    ['no type', { ...batchOf('1'), headers: {} }, 415],
    [
      'a compressed body',
      { ...batchOf('1'), headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } },
      415,
    ],
  ])('a batch with %s is refused', async (_what, asking, status) => {
    const reply = await api.ask('/v1/profiles:batchGet', asking);
    expect(reply.status).toBe(status);
    expect(json(reply)).toMatchObject({ type: 'about:blank', status });
  });

  test('a batch of 100 ids and one of 64 KiB are taken, one byte more is not', async () => {
    const ids = Array.from({ length: 100 }, (_, at) => `${at}`.padStart(200, 'x'));
    expect((await api.ask('/v1/profiles:batchGet', batchOf(...ids))).status).toBe(200);
    const body = JSON.stringify({ customerIds: ['1'] }).padEnd(64 * 1024, ' ');
    expect((await api.ask('/v1/profiles:batchGet', { ...batchOf(), body })).status).toBe(200);
    const larger = await api.ask('/v1/profiles:batchGet', { ...batchOf(), body: `${body} ` });
    expect([larger.status, larger.headers.connection]).toEqual([413, 'close']);
    const chunked = { ...batchOf(), body: `${body} ` };
    const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    expect((await api.ask('/v1/profiles:batchGet', { ...chunked, headers })).status).toBe(413);
  });

  test('customers are found by an identifier, within the parts of the key', async () => {
    const both = await api.ask('/v1/profiles?identifier=email_sha256:00ff', { token: ALL_TOKEN });
    expect(json(both)).toMatchObject({ profiles: [PROFILE_1, { customerId: '3' }], missing: [] });
    const basics = await api.ask('/v1/profiles?identifier=email_sha256:00ff', { token: BASICS_TOKEN });
    expect(json(basics)).toMatchObject({ profiles: [{ customerId: '1' }], missing: [] });
    const phone = await api.ask('/v1/profiles?identifier=phone:%2B41+44%20000', { token: ALL_TOKEN });
    expect(json(phone)).toMatchObject({ profiles: [{ customerId: '2' }] });
  });

  test('ten customers are told for one identifier, and nobody where there is nobody', async () => {
    const many = await api.ask('/v1/profiles?identifier=phone:many', { token: ALL_TOKEN });
    expect(json(many)).toMatchObject({ profiles: Array.from({ length: 10 }, () => ({ customerId: '1' })) });
    const hidden = await api.ask('/v1/profiles?identifier=phone:contact-only', { token: BASICS_TOKEN });
    const absent = await api.ask('/v1/profiles?identifier=phone:nobody', { token: BASICS_TOKEN });
    expect(json(absent)).toEqual({ profiles: [], missing: [] });
    expect(unstamped(hidden)).toEqual(unstamped(absent));
  });

  test.each([
    '/v1/profiles',
    '/v1/profiles?',
    '/v1/profiles?identifier=',
    '/v1/profiles?identifier=phone',
    '/v1/profiles?identifier=phone:',
    '/v1/profiles?identifier=email:a',
    '/v1/profiles?identifier=__proto__:a',
    '/v1/profiles?identifier=phone:a%00',
    '/v1/profiles?identifier=phone:many&identifier=phone:many',
    '/v1/profiles?identifier=phone:many&part=contact',
  ])('%s is refused', async (path) => {
    const reply = await api.ask(path, { token: ALL_TOKEN });
    expect([reply.status, reply.headers['content-type']]).toEqual([400, 'application/problem+json']);
  });

  test('a membership is told as it stands in the part', async () => {
    const member = await api.ask('/v1/audiences/high-bread/members/1', { token: BASICS_TOKEN });
    expect(json(member)).toEqual({ audienceId: 'high-bread', customerId: '1', isMember: true, asOf: AS_OF });
    expect(member.headers.etag).toBeDefined();
    const none = await api.ask('/v1/audiences/high-bread/members/2', { token: BASICS_TOKEN });
    expect(json(none)).toMatchObject({ isMember: false });
    // An attribute whose text looks like the list of audiences is none.
    const inOther = await api.ask('/v1/audiences/vip/members/3', { token: ALL_TOKEN });
    expect(json(inOther)).toMatchObject({ isMember: false, asOf: AS_OF_SECRET });
    const inSecond = await api.ask('/v1/audiences/gold/members/3', { token: ALL_TOKEN });
    expect(json(inSecond)).toMatchObject({ isMember: true, asOf: AS_OF_SECRET });
  });

  test('an audience outside of the key is answered like an unknown one, whoever the customer is', async () => {
    const answers = await Promise.all(
      ['vip/members/1', 'vip/members/9', 'nothing/members/1', '%22/members/%00'].map((path) =>
        api.ask(`/v1/audiences/${path}`, { token: BASICS_TOKEN }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect(new Set(answers.map((reply) => JSON.stringify(unstamped(reply)))).size).toBe(1);
  });

  test('a customer who is not in the part of an audience is 404', async () => {
    for (const path of ['gold/members/3', 'gold/members/9']) {
      expect((await api.ask(`/v1/audiences/${path}`, { token: BASICS_TOKEN })).status).toBe(404);
    }
  });
});

test('an ETag of profiles in memory holds until a part is read anew, for the key that it was told to', async () => {
  const store = await openMemoryStore(['basics', 'contact'], []);
  const fill = async (city: string): Promise<void> => {
    const intake = await store.begin({ part: 0, identifiers: [] });
    const document = JSON.stringify({ attributes: { city }, audiences: [] });
    await intake.write({ ids: ['1'], documents: [document] });
    await intake.commit(AS_OF);
  };
  await fill('Basel');
  await withApi({ store }, async ({ ask, server }) => {
    const read = (token: string, etag?: string) =>
      ask('/v1/profiles/1', { token, ...(etag === undefined ? {} : { headers: { 'if-none-match': etag } }) });
    const etag = (await read(ALL_TOKEN)).headers.etag ?? '';
    expect(etag).toMatch(/^"[\w-]+"$/);
    const again = await read(ALL_TOKEN, etag);
    expect([again.status, again.body, again.headers.etag]).toEqual([304, '', etag]);
    expect((await read(BASICS_TOKEN, etag)).status).toBe(200);
    await fill('Bern');
    const anew = await read(ALL_TOKEN, etag);
    expect([anew.status, anew.body.includes('Bern')]).toEqual([200, true]);
    server.update(SETTINGS);
    expect((await read(ALL_TOKEN, anew.headers.etag)).status).toBe(200);
  });
  await store.close();
});
