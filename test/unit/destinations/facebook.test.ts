import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DeliveryState } from '../../../electron/destinations/destination.ts';
import type { TestStep } from '../../../electron/domain/test-step.ts';
import { facebook } from '../../../electron/destinations/facebook.ts';
import type { ActivationMode } from '../../../electron/domain/destination.ts';
import { batchOf } from '../../support/batch.ts';
import { contextOf, failureOf, never, openDelivery, startServer, type Reply } from './vendor-server.ts';

const secrets = { token: 'EAAB-token' };
const TAKEN = { json: { audience_id: '77', session_id: '1', num_received: 2, num_invalid_entries: 0 } };
const NO_AUDIENCE = { json: { data: [] } };
const rows = [
  ['a'.repeat(64), null],
  ['b'.repeat(64), '7'],
];

function contextTo(url: string, mode: ActivationMode, state?: DeliveryState) {
  return contextOf({
    settings: { baseUrl: url, adAccountId: 'act_42' },
    secrets,
    target: { audienceName: 'Spring' },
    mode,
    fields: ['EMAIL', 'PHONE'],
    total: 12,
    ...(state === undefined ? {} : { state }),
  });
}

const graphError = (code: number, subcode = 0): Reply => ({
  status: 400,
  json: { error: { message: 'about mary@example.com', code, error_subcode: subcode } },
});

interface Sent {
  readonly session: {
    readonly session_id: number;
    readonly batch_seq: number;
    readonly last_batch_flag: boolean;
    readonly estimated_num_total: number;
  };
  readonly payload: { readonly schema: string[]; readonly data: string[][] };
}

const sentIn = (body: string) => JSON.parse(body) as Sent;

describe('a custom audience', () => {
  it('is found by name over pages', async () => {
    await using server = await startServer([
      {
        json: {
          data: [{ id: '1', name: 'Other', subtype: 'CUSTOM' }],
          paging: { next: 'x', cursors: { after: 'c1' } },
        },
      },
      {
        json: {
          data: [
            { id: '2', name: 'Spring', subtype: 'LOOKALIKE' },
            { id: '77', name: 'Spring', subtype: 'CUSTOM' },
          ],
          paging: { cursors: { after: 'c2' } },
        },
      },
    ]);
    const context = contextTo(server.url, 'add');
    await openDelivery(facebook, context);
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v25.0/act_42/customaudiences?fields=id%2Cname%2Csubtype&limit=100',
      'GET /v25.0/act_42/customaudiences?fields=id%2Cname%2Csubtype&limit=100&after=c1',
    ]);
    expect(server.seen[0]?.headers.authorization).toBe('Bearer EAAB-token');
    expect(context.saved).toEqual([{ audienceId: '77' }]);
  });

  it('is made where there is none', async () => {
    await using server = await startServer([NO_AUDIENCE, { json: { id: '78' } }]);
    const context = contextTo(server.url, 'mirror');
    await openDelivery(facebook, context);
    expect(server.seen[1]).toMatchObject({ method: 'POST', path: '/v25.0/act_42/customaudiences' });
    expect(JSON.parse(server.seen[1]!.body)).toEqual({
      name: 'Spring',
      subtype: 'CUSTOM',
      customer_file_source: 'USER_PROVIDED_ONLY',
    });
    expect(context.saved).toEqual([{ audienceId: '78' }]);
  });

  it('may be looked for again after a creation without a clear outcome', async () => {
    await using server = await startServer([NO_AUDIENCE, { cut: true }]);
    expect(await failureOf(openDelivery(facebook, contextTo(server.url, 'add')))).toMatchObject({
      kind: 'retry',
    });
  });

  it('is not made for a removal', async () => {
    await using server = await startServer([NO_AUDIENCE]);
    expect(await failureOf(openDelivery(facebook, contextTo(server.url, 'remove')))).toMatchObject({
      kind: 'stop',
      error: { code: 'NOT_FOUND' },
    });
  });

  it('is not guessed where two have the name', async () => {
    const data = ['1', '2'].map((id) => ({ id, name: 'Spring', subtype: 'CUSTOM' }));
    await using server = await startServer([{ json: { data } }]);
    expect(await failureOf(openDelivery(facebook, contextTo(server.url, 'add')))).toMatchObject({
      kind: 'stop',
      error: { code: 'SETTINGS_INVALID' },
    });
  });

  it('that is given by id is not used once Meta has flagged it', async () => {
    await using server = await startServer([{ json: { id: '77', operation_status: { code: 471 } } }]);
    const context = { ...contextTo(server.url, 'add'), target: { audienceId: '77' } };
    expect(await failureOf(openDelivery(facebook, context))).toMatchObject({ kind: 'stop' });
  });
});

describe('members of a custom audience', () => {
  it('are added and removed in a session each', async () => {
    await using server = await startServer([TAKEN]);
    const context = contextTo(server.url, 'mirror', { audienceId: '77' });
    const delivery = await openDelivery(facebook, context);
    const reply = await delivery.send(batchOf(rows, { isLast: false }), never);
    await delivery.send(batchOf(rows, { number: 2, op: 'remove' }), never);
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v25.0/77/users',
      'DELETE /v25.0/77/users',
    ]);
    const [added, removed] = server.seen.map(({ body }) => sentIn(body));
    expect(added).toEqual({
      session: {
        session_id: added!.session.session_id,
        batch_seq: 1,
        last_batch_flag: false,
        estimated_num_total: 12,
      },
      payload: {
        schema: ['EMAIL', 'PHONE'],
        data: [
          ['a'.repeat(64), ''],
          ['b'.repeat(64), '7'],
        ],
      },
    });
    expect(removed?.session).toMatchObject({ batch_seq: 2, last_batch_flag: true });
    const ids = [added!.session.session_id, removed!.session.session_id];
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id > 0 && Number.isSafeInteger(id)).toBe(true);
    expect(context.saved.at(-1)).toEqual({ audienceId: '77', addSession: ids[0], removeSession: ids[1] });
    expect(reply.exchange.note).toBe('2 received in the session, 0 invalid');
  });

  it('that Meta finds malformed are counted, and its samples are left where they are', async () => {
    await using server = await startServer([
      { json: { num_received: 2, num_invalid_entries: 1, invalid_entry_samples: { x: 'mary' } } },
    ]);
    const delivery = await openDelivery(facebook, contextTo(server.url, 'add', { audienceId: '77' }));
    const reply = await delivery.send(batchOf(rows), never);
    expect(reply.rejected).toEqual([{ reason: 'not in the form that Meta matches on' }]);
    expect(JSON.stringify(reply)).not.toContain('mary');
  });

  it('come with a proof of the app secret where one is given', async () => {
    await using server = await startServer([TAKEN]);
    const context = {
      ...contextTo(server.url, 'add', { audienceId: '77' }),
      secrets: { ...secrets, appSecret: 'app' },
    };
    const reply = await (await openDelivery(facebook, context)).send(batchOf(rows), never);
    const proof = createHmac('sha256', 'app').update('EAAB-token').digest('hex');
    expect(server.seen[0]?.path).toBe(`/v25.0/77/users?appsecret_proof=${proof}`);
    expect(reply.exchange.request).toBe(`POST ${server.url}/v25.0/77/users`);
  });

  it.each([
    [1, 0, 'retry', 'HOST_UNREACHABLE'],
    [1, 99, 'reject', 'DELIVERY_REJECTED'],
    [2, 0, 'retry', 'HOST_UNREACHABLE'],
    [4, 1504022, 'retry', 'RATE_LIMITED'],
    [10, 0, 'stop', 'PERMISSION_DENIED'],
    [17, 2446079, 'retry', 'RATE_LIMITED'],
    [100, 0, 'reject', 'DELIVERY_REJECTED'],
    [100, 33, 'stop', 'PERMISSION_DENIED'],
    [100, 1713230, 'stop', 'DELIVERY_REJECTED'],
    [102, 0, 'stop', 'AUTH_FAILED'],
    [105, 0, 'reject', 'DELIVERY_REJECTED'],
    [190, 463, 'stop', 'AUTH_FAILED'],
    [200, 0, 'stop', 'PERMISSION_DENIED'],
    [200, 1870034, 'stop', 'PERMISSION_DENIED'],
    [200, 1870047, 'stop', 'DELIVERY_REJECTED'],
    [200, 1870090, 'stop', 'PERMISSION_DENIED'],
    [294, 0, 'stop', 'PERMISSION_DENIED'],
    [341, 0, 'retry', 'HOST_UNREACHABLE'],
    [368, 0, 'stop', 'PERMISSION_DENIED'],
    [613, 1487742, 'retry', 'RATE_LIMITED'],
    [803, 0, 'reject', 'DELIVERY_REJECTED'],
    [2635, 0, 'stop', 'SETTINGS_INVALID'],
    [2650, 1870145, 'retry', 'HOST_UNREACHABLE'],
    [2650, 1870147, 'reject', 'DELIVERY_REJECTED'],
    [5000, 0, 'retry', 'HOST_UNREACHABLE'],
    [80003, 0, 'retry', 'RATE_LIMITED'],
  ])('meet the error %i/%i: %s %s', async (code, subcode, kind, error) => {
    for (const status of [400, 200]) {
      await using server = await startServer([{ ...graphError(code, subcode), status }]);
      const delivery = await openDelivery(facebook, contextTo(server.url, 'add', { audienceId: '77' }));
      const failure = await failureOf(delivery.send(batchOf(rows), never));
      expect(failure).toMatchObject({ kind, error: { code: error } });
      expect(JSON.stringify([failure.error, failure.exchange])).not.toContain('mary');
    }
  });

  it.each([
    [{ status: 500, text: '<html>' }, 'retry'],
    [{ status: 200, text: '<html>' }, 'retry'],
    [{ status: 200, json: {} }, 'unknown'],
    [{ status: 401, text: '' }, 'stop'],
    [{ cut: true }, 'unknown'],
  ] as const)('meet %j: %s', async (reply, kind) => {
    await using server = await startServer([reply]);
    const delivery = await openDelivery(facebook, contextTo(server.url, 'add', { audienceId: '77' }));
    expect(await failureOf(delivery.send(batchOf(rows), never))).toMatchObject({ kind });
  });

  it('wait as long as the usage header says', async () => {
    const usage = { '9': [{ type: 'custom_audience', estimated_time_to_regain_access: 2 }] };
    await using server = await startServer([
      { ...graphError(80003), headers: { 'X-Business-Use-Case-Usage': JSON.stringify(usage) } },
    ]);
    const delivery = await openDelivery(facebook, contextTo(server.url, 'add', { audienceId: '77' }));
    expect((await failureOf(delivery.send(batchOf(rows), never))).afterMs).toBe(120_000);
  });

  it('are tried again where the audience was made a moment before', async () => {
    await using server = await startServer([NO_AUDIENCE, { json: { id: '78' } }, graphError(803)]);
    const delivery = await openDelivery(facebook, contextTo(server.url, 'add'));
    expect(await failureOf(delivery.send(batchOf(rows), never))).toMatchObject({ kind: 'retry' });
  });
});

describe('the replacement of a custom audience', () => {
  async function replaceWith(state: DeliveryState, number: number, ...replies: Reply[]) {
    await using server = await startServer(replies);
    const context = contextTo(server.url, 'replace', { audienceId: '77', ...state });
    const delivery = await openDelivery(facebook, context);
    const outcome = await delivery.send(batchOf(rows, { number, isLast: false }), never).then(
      (reply) => ({ reply }),
      (failure: unknown) => ({ failure }),
    );
    return { outcome, seen: server.seen, saved: context.saved };
  }

  it('goes in one session', async () => {
    await using server = await startServer([TAKEN]);
    const delivery = await openDelivery(facebook, contextTo(server.url, 'replace', { audienceId: '77' }));
    await delivery.send(batchOf(rows, { isLast: false }), never);
    await delivery.send(batchOf(rows, { number: 2 }), never);
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v25.0/77/usersreplace',
      'POST /v25.0/77/usersreplace',
    ]);
    const [first, second] = server.seen.map(({ body }) => sentIn(body).session);
    expect([first?.batch_seq, second?.batch_seq]).toEqual([1, 2]);
    expect([first?.last_batch_flag, second?.last_batch_flag]).toEqual([false, true]);
    expect(first?.session_id).toBe(second?.session_id);
  });

  it.each([
    [{ status: 500, text: '<html>' }, 1, 'unknown'],
    [graphError(2), 1, 'unknown'],
    [graphError(80003), 1, 'retry'],
    [graphError(2650, 1870145), 1, 'retry'],
    [{ status: 500, text: '<html>' }, 2, 'retry'],
  ] as const)('meets %j at batch %i: %s', async (reply, number, kind) => {
    const { outcome } = await replaceWith({}, number, reply);
    expect(outcome).toMatchObject({ failure: { kind } });
  });

  it.each([1870158, 1870159])('goes on by adding once its session has ended (%i)', async (subcode) => {
    const { outcome, seen, saved } = await replaceWith({ attempt: 1 }, 5, graphError(2650, subcode), TAKEN);
    expect(outcome).toHaveProperty('reply');
    expect(seen.map(({ path }) => path)).toEqual(['/v25.0/77/usersreplace', '/v25.0/77/users']);
    expect(sentIn(seen[1]!.body).session.batch_seq).toBe(1);
    expect(saved.at(-1)).toEqual({ audienceId: '77', attempt: 1, addFrom: 5 });
    const later = await replaceWith(saved.at(-1)!, 6, TAKEN);
    expect(later.seen.map(({ path }) => path)).toEqual(['/v25.0/77/users']);
    expect(sentIn(later.seen[0]!.body).session.batch_seq).toBe(2);
  });

  it('begins anew once where Meta asks for it at the first batch, and stops later', async () => {
    const first = await replaceWith({}, 1, graphError(2650, 1870148));
    expect(first.outcome).toMatchObject({ failure: { kind: 'retry' } });
    expect(first.saved.at(-1)).toMatchObject({ attempt: 2 });
    const later = await replaceWith({ attempt: 1 }, 4, graphError(2650, 1870148));
    expect(later.outcome).toMatchObject({ failure: { kind: 'stop' } });
  });

  it('asks its session whether the first batch was taken, and takes another one where not', async () => {
    await using server = await startServer([{ json: { data: [] } }, TAKEN]);
    const context = contextTo(server.url, 'replace', { audienceId: '77', attempt: 1 });
    const delivery = await openDelivery(facebook, context);
    expect(await delivery.resolve!(batchOf(rows), 0, never)).toBe('not-taken');
    await delivery.send(batchOf(rows), never);
    const asked = /^\/v25\.0\/77\/sessions\?session_id=(\d+)$/.exec(server.seen[0]!.path)?.[1];
    expect(asked).toBeDefined();
    expect(String(sentIn(server.seen[1]!.body).session.session_id)).not.toBe(asked);
    await using found = await startServer([
      { json: { data: [{ session_id: asked, num_received: '2', stage: 'uploading' }] } },
    ]);
    const same = contextTo(found.url, 'replace', { audienceId: '77', attempt: 1 });
    expect(await (await openDelivery(facebook, same)).resolve!(batchOf(rows), 0, never)).toBe('taken');
  });

  it('may repeat later batches without asking', async () => {
    const context = contextTo('http://127.0.0.1:9', 'replace', { audienceId: '77' });
    const delivery = await openDelivery(facebook, context);
    expect(await delivery.resolve!(batchOf(rows, { number: 2 }), 0, never)).toBe('not-taken');
  });

  it('takes no own ids', async () => {
    const context = {
      ...contextTo('http://127.0.0.1:9', 'replace', { audienceId: '77' }),
      fields: ['EXTERN_ID'],
    };
    expect(await failureOf(openDelivery(facebook, context))).toMatchObject({ kind: 'stop' });
  });
});

describe('the test of a Facebook ad account', () => {
  async function testWith(...replies: Reply[]) {
    await using server = await startServer(replies);
    const steps: TestStep[] = [];
    await facebook.test(
      { settings: { baseUrl: server.url, adAccountId: '42' }, secrets, signal: never },
      (step) => steps.push(step),
    );
    return { steps, paths: server.seen.map(({ path }) => path) };
  }
  const valid = { json: { data: { is_valid: true, expires_at: 0, scopes: ['ads_management'] } } };
  const account = (terms: object): Reply => ({ json: { id: 'act_42', name: 'Shop', ...terms } });

  it('checks the token, the account and the terms', async () => {
    const { steps, paths } = await testWith(valid, account({ tos_accepted: { custom_audience_tos: 1 } }));
    expect(paths).toEqual([
      '/v25.0/debug_token?input_token=EAAB-token',
      '/v25.0/act_42?fields=id%2Cname%2Caccount_status%2Ctos_accepted%2Cuser_tos_accepted',
    ]);
    expect(steps.filter(({ status }) => status === 'passed').map(({ id, detail }) => [id, detail])).toEqual([
      ['token', 'Valid'],
      ['account', 'Shop'],
      ['terms', 'Accepted'],
    ]);
  });

  it.each([
    [[{ json: { data: { is_valid: false } } }], 'AUTH_FAILED'],
    [[{ json: { data: { is_valid: true, expires_at: 1 } } }], 'AUTH_FAILED'],
    [[{ json: { data: { is_valid: true, scopes: ['ads_read'] } } }], 'PERMISSION_DENIED'],
    [[graphError(190)], 'AUTH_FAILED'],
    [[valid, graphError(100, 33)], 'PERMISSION_DENIED'],
    [[valid, account({ tos_accepted: {} })], 'PERMISSION_DENIED'],
  ] as const)('fails with %j: %s', async (replies, code) => {
    expect(await failureOf(testWith(...replies))).toMatchObject({ kind: 'stop', error: { code } });
  });
});
