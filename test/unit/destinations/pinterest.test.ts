import { describe, expect, it } from 'vitest';
import type { DeliveryState } from '../../../electron/destinations/destination.ts';
import type { TestStep } from '../../../electron/domain/test-step.ts';
import { pinterest } from '../../../electron/destinations/pinterest.ts';
import type { ActivationMode } from '../../../electron/domain/destination.ts';
import { batchOf } from '../../support/batch.ts';
import { contextOf, failureOf, never, openDelivery, startServer, type Reply } from './vendor-server.ts';

const secrets = { token: 'pina_token' };
const LISTS = '/v5/ad_accounts/549/customer_lists';
const NONE = { json: { items: [], bookmark: null } };
const LIST = { json: { id: '643', name: 'Spring', type: 'customerlist', status: 'PROCESSING' } };
const rows = [['a'.repeat(64)], [null], ['b'.repeat(64)]];
const records = `${'a'.repeat(64)},${'b'.repeat(64)}`;

function contextTo(url: string, mode: ActivationMode = 'mirror', state?: DeliveryState) {
  return contextOf({
    settings: { baseUrl: `${url}/v5`, adAccountId: '549' },
    secrets,
    target: { listName: 'Spring' },
    mode,
    fields: ['EMAIL'],
    ...(state === undefined ? {} : { state }),
  });
}

describe('a customer list', () => {
  it('is found by name over pages, then added to and reduced', async () => {
    await using server = await startServer([
      { json: { items: [{ id: '1', name: 'Other' }], bookmark: 'b1' } },
      { json: { items: [{ id: '643', name: 'Spring' }], bookmark: null } },
      LIST,
    ]);
    const context = contextTo(server.url);
    const delivery = await openDelivery(pinterest, context);
    const reply = await delivery.send(batchOf(rows, { isLast: false }), never);
    await delivery.send(batchOf(rows, { number: 2, op: 'remove' }), never);
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET ${LISTS}?page_size=250`,
      `GET ${LISTS}?page_size=250&bookmark=b1`,
      `PATCH ${LISTS}/643`,
      `PATCH ${LISTS}/643`,
    ]);
    expect(server.seen.slice(2).map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { operation_type: 'ADD', records },
      { operation_type: 'REMOVE', records },
    ]);
    expect(server.seen[2]?.headers).toMatchObject({
      authorization: 'Bearer pina_token',
      'content-type': 'application/json',
    });
    expect(context.saved).toEqual([{ listId: '643' }]);
    expect(reply.exchange).toEqual({
      request: `PATCH ${server.url}${LISTS}/643`,
      status: 200,
      note: 'customer list 643, PROCESSING',
    });
  });

  it('is made of the first batch', async () => {
    await using server = await startServer([NONE, NONE, LIST]);
    const context = contextTo(server.url);
    const delivery = await openDelivery(pinterest, context);
    await delivery.send(batchOf(rows), never);
    expect(server.seen[2]).toMatchObject({ method: 'POST', path: LISTS });
    expect(JSON.parse(server.seen[2]!.body)).toEqual({ name: 'Spring', records, list_type: 'EMAIL' });
    expect(context.saved).toEqual([{ listId: '643' }]);
  });

  it('is not made twice after a creation without a clear outcome', async () => {
    await using server = await startServer([
      NONE,
      NONE,
      { cut: true },
      { json: { items: [{ id: '643', name: 'Spring' }] } },
      LIST,
    ]);
    const delivery = await openDelivery(pinterest, contextTo(server.url));
    expect(await failureOf(delivery.send(batchOf(rows), never))).toMatchObject({ kind: 'retry' });
    await delivery.send(batchOf(rows), never);
    expect(server.seen.at(-1)).toMatchObject({ method: 'PATCH', path: `${LISTS}/643` });
  });

  it('is not made for a removal', async () => {
    await using server = await startServer([NONE]);
    expect(await failureOf(openDelivery(pinterest, contextTo(server.url, 'remove')))).toMatchObject({
      kind: 'stop',
      error: { code: 'NOT_FOUND' },
    });
  });

  it('becomes an audience at the end, once', async () => {
    const others = [
      { id: '8', audience_type: 'VISITOR', rule: {} },
      { id: '9', audience_type: 'CUSTOMER_LIST', rule: { customer_list_id: '642' } },
    ];
    const own = { id: '10', audience_type: 'CUSTOMER_LIST', rule: { customer_list_id: '643' } };
    await using server = await startServer([
      { json: { items: others } },
      { json: { id: '10' } },
      { json: { items: [...others, own] } },
    ]);
    const delivery = await openDelivery(pinterest, contextTo(server.url, 'add', { listId: '643' }));
    expect(await delivery.finish!(never)).toMatchObject({ status: 200, note: 'audience 10' });
    expect(await delivery.finish!(never)).toBeUndefined();
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v5/ad_accounts/549/audiences?page_size=250',
      'POST /v5/ad_accounts/549/audiences',
      'GET /v5/ad_accounts/549/audiences?page_size=250',
    ]);
    expect(JSON.parse(server.seen[1]!.body)).toEqual({
      ad_account_id: '549',
      name: 'Spring',
      audience_type: 'CUSTOMER_LIST',
      rule: { customer_list_id: '643' },
    });
  });

  it.each([
    [{ status: 400, json: { code: 400, message: 'mary@example.com' } }, 'reject', 'DELIVERY_REJECTED'],
    [{ status: 401, json: { code: 2, message: 'x' } }, 'stop', 'AUTH_FAILED'],
    [{ status: 403, json: { code: 29, message: 'x' } }, 'stop', 'PERMISSION_DENIED'],
    [{ status: 404, json: { code: 2, message: 'x' } }, 'stop', 'NOT_FOUND'],
    [{ status: 429, headers: { 'Retry-After': '4' } }, 'retry', 'RATE_LIMITED'],
    [{ status: 500, text: '<html>' }, 'retry', 'HOST_UNREACHABLE'],
    [{ status: 200, text: '<html>' }, 'unknown', 'HOST_UNREACHABLE'],
    [{ cut: true }, 'unknown', 'HOST_UNREACHABLE'],
  ] as const)('answers %j: %s %s', async (reply, kind, code) => {
    await using server = await startServer([reply]);
    const delivery = await openDelivery(pinterest, contextTo(server.url, 'add', { listId: '643' }));
    const failure = await failureOf(delivery.send(batchOf(rows), never));
    expect(failure).toMatchObject({ kind, error: { code } });
    expect(failure.afterMs).toBe('headers' in reply ? 4000 : undefined);
    expect(JSON.stringify([failure.error, failure.exchange])).not.toContain('mary');
  });

  it('holds one kind of identifier', () => {
    expect(pinterest.checkFields!(['EMAIL'], {}, 'add')).toEqual([]);
    expect(pinterest.checkFields!(['EMAIL', 'MAID'], {}, 'add')).toHaveLength(1);
  });
});

describe('the test of a Pinterest ad account', () => {
  async function testWith(...replies: Reply[]) {
    await using server = await startServer(replies);
    const steps: TestStep[] = [];
    await pinterest.test(
      { settings: { baseUrl: server.url, adAccountId: '549' }, secrets, signal: never },
      (step) => steps.push(step),
    );
    return { steps, seen: server.seen.map(({ method, path }) => `${method} ${path}`) };
  }
  const forbidden = { status: 403, json: { code: 29, message: 'x' } };

  it('reads the user, the account and its lists', async () => {
    const { seen } = await testWith({}, { json: { id: '549', name: 'Shop' } }, NONE);
    expect(seen).toEqual([
      'GET /user_account',
      'GET /ad_accounts/549',
      'GET /ad_accounts/549/customer_lists?page_size=25',
    ]);
  });

  it('does without the scope user_accounts:read, which deliveries do not need', async () => {
    const { steps } = await testWith(forbidden, {}, NONE);
    expect(steps[1]?.detail).toMatch(/user_accounts:read/);
  });

  it.each([
    [[{ status: 401 }], 'AUTH_FAILED'],
    [[{}, forbidden], 'PERMISSION_DENIED'],
    [[{}, {}, forbidden], 'PERMISSION_DENIED'],
  ] as const)('fails with %j: %s', async (replies, code) => {
    expect(await failureOf(testWith(...replies))).toMatchObject({ kind: 'stop', error: { code } });
  });
});
