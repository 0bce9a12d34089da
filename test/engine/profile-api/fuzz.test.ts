import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeToken } from '../../../electron/profile-api/api-keys.ts';
import type { StoredProfile } from '../../../electron/profile-api/profile-store.ts';
import {
  ALL_TOKEN,
  BASICS_TOKEN,
  ORIGIN,
  REVOKED_TOKEN,
  STATES,
} from '../../support/profile-api/shop-profiles.ts';
import { type Asking, startApi, type TestApi } from '../../support/profile-api/start-api.ts';
import { lateStore, mapStore } from '../../support/profile-api/stores.ts';

const REQUESTS = 10_000;
const LARGEST_BODY = 64 * 1024;
/** Ids that no random text holds by chance, some with characters that a path, a query or JSON treats apart. */
const IDS = [
  'plain',
  '__proto__',
  'constructor',
  'a/b',
  'a%2Fb',
  'q?x=1',
  '"quoted"',
  'Zoë 🥖',
  '..',
  '\\n\n',
].map((text) => `${text}#${randomUUID().slice(0, 8)}`);

/** A customer with a value of their own in each part: where it turns up, that part of that customer was told. */
interface Canary {
  readonly id: string;
  readonly identifier: string;
  readonly basics: string;
  readonly contact: string;
}
const CANARIES: readonly Canary[] = IDS.map((id) => ({
  id,
  identifier: randomUUID(),
  basics: `basics-${randomUUID()}`,
  contact: `contact-${randomUUID()}`,
}));

const store = mapStore(
  STATES,
  new Map<string, StoredProfile>(
    CANARIES.map(({ id, basics, contact }) => [
      id,
      { id, parts: [partOf({ city: basics }, ['high-bread']), partOf({ email: contact }, ['vip'])] },
    ]),
  ),
  new Map(CANARIES.map(({ id, identifier }) => [`email_sha256:${identifier}`, [id]])),
);

function partOf(attributes: object, audiences: readonly string[]): string {
  return JSON.stringify({ attributes, audiences });
}

let apis: readonly TestApi[];
beforeAll(async () => {
  apis = [await startApi({ store }), await startApi({ store: lateStore(store) })];
});
afterAll(async () => {
  for (const api of apis) await api.stop();
});

const latin = fc.string({
  unit: fc
    .integer({ min: 0x21, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 40,
});
const knownId = fc.constantFrom(...IDS);
const anyId = fc.oneof(knownId, fc.string({ unit: 'binary', maxLength: 30 }), fc.string({ maxLength: 260 }));
const encodedId = fc.oneof(
  anyId.map((id) => encodeURIComponent(id.toWellFormed())),
  latin,
  fc.constantFrom('%', '%00', '%ff', '%2e%2e', '..', '*', '%25%32%35'),
);
const audience = fc.constantFrom('high-bread', 'vip', 'gold', 'nothing', '%22', '__proto__');
const identifier = fc.constantFrom(...CANARIES.map((canary) => canary.identifier));
const path = fc.oneof(
  encodedId.map((id) => `/v1/profiles/${id}`),
  fc.tuple(audience, encodedId).map(([name, id]) => `/v1/audiences/${name}/members/${id}`),
  identifier.map((value) => `/v1/profiles?identifier=email_sha256:${value}`),
  latin.map((query) => `/v1/profiles?${query}`),
  latin.map((value) => `/v1/profiles?identifier=email_sha256:${value}`),
  fc.constantFrom('/v1/profiles:batchGet', '/healthz', '/metrics', '/openapi.json', '*'),
  fc.array(latin, { maxLength: 6 }).map((segments) => `/${segments.join('/')}`),
  fc.integer({ min: 1, max: 5_000 }).map((length) => `/v1/profiles/${'x'.repeat(length)}`),
);
const headers = fc.record(
  {
    host: fc.oneof(fc.constantFrom('127.0.0.1', 'localhost:1', '[::1]', 'evil.example'), latin),
    origin: fc.oneof(fc.constantFrom(ORIGIN, 'null'), latin),
    'if-none-match': fc.oneof(fc.constantFrom('*', '"x", W/"y"', ',,,'), latin),
    'content-type': fc.oneof(fc.constantFrom('application/json', 'application/json;charset=utf-8'), latin),
    'content-encoding': fc.constantFrom('gzip', 'identity'),
    expect: fc.constantFrom('100-continue', 'nothing'),
    connection: fc.constantFrom('close', 'upgrade', 'keep-alive'),
    upgrade: fc.constantFrom('websocket', 'h2c'),
    'x-http-method-override': fc.constantFrom('DELETE', 'POST'),
    'x-forwarded-host': fc.constant('evil.example'),
    cookie: latin,
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  fc.array(anyId, { maxLength: 12 }).map((customerIds) => JSON.stringify({ customerIds })),
  fc.json(),
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom('{"customerIds":["\\ud800"]}', '{"customerIds":[[]]}', '[', '[['.repeat(5_000), 'null'),
  fc.constant(' '.repeat(LARGEST_BODY + 1)),
);
const token = fc.constantFrom(ALL_TOKEN, ALL_TOKEN, ALL_TOKEN, BASICS_TOKEN, REVOKED_TOKEN, makeToken(), 'x');
const asking = fc.record(
  {
    method: fc.constantFrom(
      'GET',
      'GET',
      'GET',
      'POST',
      'HEAD',
      'PUT',
      'DELETE',
      'PATCH',
      'OPTIONS',
      'TRACE',
    ),
    token,
    headers,
    body,
  },
  { requiredKeys: ['headers'] },
);
const batch = fc.record({
  method: fc.constant('POST'),
  token,
  headers: headers.map((each) => ({ ...each, 'content-type': 'application/json' })),
  body,
});

test(`${REQUESTS} random requests: no failure, and nothing of a customer who was not asked for`, async () => {
  const counts = new Map<number, number>();
  let told = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 1 }),
      fc.oneof(
        { weight: 3, arbitrary: fc.tuple(path, asking) },
        { weight: 1, arbitrary: fc.tuple(fc.constant('/v1/profiles:batchGet'), batch) },
      ),
      async (which, [target, given]) => {
        const reply = await askOnce(apis[which]!, target, given);
        if (reply === undefined) return;
        counts.set(reply.status, (counts.get(reply.status) ?? 0) + 1);
        expect(reply.status).toBeLessThan(500);
        if (reply.status === 400 && /[\u0080-\u00ff]/.test(target)) {
          // The HTTP parser refuses bytes that a path must have encoded, and ends the connection.
          expect([reply.body, reply.headers.connection]).toEqual(['', 'close']);
        } else if (reply.status >= 400 && given.method !== 'HEAD') {
          expect(reply.headers['content-type']).toBe('application/problem+json');
          expect(JSON.parse(reply.body)).toMatchObject({ status: reply.status });
        }
        told += holdToldCustomers(`${reply.body}${JSON.stringify(reply.headers)}`, target, given);
      },
    ),
    { numRuns: REQUESTS, endOnFailure: true },
  );
  expect(apis.flatMap(({ failures }) => failures)).toEqual([]);
  // The requests were not all refused at the door.
  expect([...counts.keys()]).toEqual(
    expect.arrayContaining([200, 204, 400, 401, 403, 404, 405, 413, 414, 421]),
  );
  expect(told).toBeGreaterThan(REQUESTS / 100);
  for (const { ask } of apis) {
    const [first] = CANARIES;
    const reply = await ask(`/v1/profiles/${encodeURIComponent(first!.id)}`, { token: ALL_TOKEN });
    expect(reply.body).toContain(first!.contact);
  }
}, 300_000);

/** Undefined where the server ended the connection of a body that is too large before the client had sent it all. */
async function askOnce({ ask }: TestApi, target: string, given: Partial<Asking>) {
  try {
    return await ask(target, { method: 'GET', ...given });
  } catch (error) {
    if ((given.body?.length ?? 0) > LARGEST_BODY) return undefined;
    throw error;
  }
}

/** Fails where a value came back that the request did not ask for or the key may not read. @returns how many came back */
function holdToldCustomers(reply: string, target: string, given: Partial<Asking>): number {
  const asked = [
    target,
    decode(target),
    decode(decode(target)),
    String(given.body),
    unquote(given.body),
  ].join('\n');
  const told = CANARIES.filter(({ basics, contact }) => reply.includes(basics) || reply.includes(contact));
  for (const canary of told) {
    expect([ALL_TOKEN, BASICS_TOKEN]).toContain(given.token);
    if (given.token === BASICS_TOKEN) expect(reply).not.toContain(canary.contact);
    expect(asked.includes(canary.id) || asked.includes(canary.identifier)).toBe(true);
  }
  return told.length;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not encoded: it stands for itself.
    return text;
  }
}

/** The texts of a JSON body. */
function unquote(given: string | Buffer | undefined): string {
  try {
    const value: unknown = JSON.parse(String(given));
    return Object.values(value ?? {})
      .flat()
      .join('\n');
  } catch {
    // No JSON holds no text.
    return '';
  }
}
