import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '../../../electron/profile-api/api-contract.ts';
import { checkAnswer, type Document, readDocument } from '../../support/profile-api/document-checks.ts';
import { ALL_TOKEN, BASICS_TOKEN, STATES } from '../../support/profile-api/shop-profiles.ts';
import { type Asking, startApi, type TestApi } from '../../support/profile-api/start-api.ts';
import { failingStore } from '../../support/profile-api/stores.ts';

let api: TestApi;
let document: Document;
beforeAll(async () => {
  api = await startApi();
  document = readDocument((await api.ask('/openapi.json')).body);
});
afterAll(async () => {
  await api.stop();
});

const POST = {
  method: 'POST',
  token: ALL_TOKEN,
  headers: { 'content-type': 'application/json' },
  body: '{"customerIds":["1","2","9"]}',
};

/** Requests of each route, by the name of its operation: each is answered with another status. */
const REQUESTS: Record<(typeof ROUTES)[number]['name'], readonly [path: string, asking: Asking][]> = {
  readProfile: [
    ['/v1/profiles/1', { token: ALL_TOKEN }],
    ['/v1/profiles/1', { token: BASICS_TOKEN }],
    ['/v1/profiles/1', { token: ALL_TOKEN, headers: { 'if-none-match': '*' } }],
    ['/v1/profiles/9', { token: ALL_TOKEN }],
    ['/v1/profiles/%', { token: ALL_TOKEN }],
    ['/v1/profiles/1', {}],
    ['/v1/profiles/1', { headers: { host: 'evil.example' } }],
  ],
  batchGetProfiles: [
    ['/v1/profiles:batchGet', POST],
    ['/v1/profiles:batchGet', { ...POST, body: '' }],
    ['/v1/profiles:batchGet', { ...POST, headers: {} }],
    ['/v1/profiles:batchGet', { ...POST, body: ' '.repeat(70_000) }],
  ],
  findProfiles: [
    ['/v1/profiles?identifier=email_sha256:00ff', { token: ALL_TOKEN }],
    ['/v1/profiles?identifier=nothing:00ff', { token: ALL_TOKEN }],
  ],
  readMembership: [
    ['/v1/audiences/gold/members/3', { token: ALL_TOKEN }],
    ['/v1/audiences/vip/members/3', { token: BASICS_TOKEN }],
    ['/v1/audiences/vip/members/9', { token: ALL_TOKEN }],
  ],
  readHealth: [
    ['/healthz', {}],
    ['/healthz', { token: ALL_TOKEN }],
  ],
  readMetrics: [
    ['/metrics', { token: ALL_TOKEN }],
    ['/metrics', {}],
  ],
  readDocument: [
    ['/openapi.json', {}],
    ['/openapi.json', { headers: { 'if-none-match': '*' } }],
  ],
};

test('the document tells of every route, and of none beside', () => {
  expect(document.openapi).toBe('3.1.0');
  expect(document.info.version).toBe('1.2.3');
  expect(document.servers).toEqual([{ url: `http://127.0.0.1:${api.port}` }]);
  const told = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { operationId }]) => `${operationId} ${method} ${path}`),
  );
  expect(told.sort()).toEqual(
    ROUTES.map(({ name, method, path }) => `${name} ${method.toLowerCase()} ${path}`).sort(),
  );
});

describe.each(ROUTES.map((route) => [route.name, route] as const))('%s', (name, route) => {
  test('answers as the document says', async () => {
    const statuses = new Set<number>();
    for (const [path, asking] of REQUESTS[name]) {
      const { status, headers, body } = await api.ask(path, asking);
      checkAnswer(document, route, { status, type: headers['content-type'], body });
      statuses.add(status);
    }
    expect(statuses.has(200)).toBe(true);
  });

  test('answers as the document says while its store fails', async () => {
    const failing = await startApi({ store: failingStore(STATES, 'HOST_UNREACHABLE', 'late') });
    try {
      for (const [path, asking] of REQUESTS[name]) {
        const { status, headers, body } = await failing.ask(path, asking);
        checkAnswer(document, route, { status, type: headers['content-type'], body });
      }
    } finally {
      await failing.stop();
    }
  });
});

test('the check refuses what the document does not say', () => {
  const route = { path: '/v1/profiles/{customerId}', method: 'GET' };
  const type = 'application/json';
  const check = (status: number, value: unknown) => () =>
    checkAnswer(document, route, { status, type, body: JSON.stringify(value) });
  expect(check(200, { customerId: '1', parts: {} })).not.toThrow();
  expect(check(200, { customerId: '1', parts: { other: {} } })).toThrow();
  expect(
    check(200, { customerId: '1', parts: { basics: { asOf: 'today', attributes: {}, audiences: [] } } }),
  ).toThrow();
  expect(check(201, { customerId: '1', parts: {} })).toThrow();
});
