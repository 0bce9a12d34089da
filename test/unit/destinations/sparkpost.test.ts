import { describe, expect, it } from 'vitest';
import type { TestStep } from '../../../electron/domain/test-step.ts';
import { sparkpost } from '../../../electron/destinations/sparkpost.ts';
import { batchOf } from '../../support/batch.ts';
import { contextOf, failureOf, never, openDelivery, startServer, type Reply } from './vendor-server.ts';

const secrets = { apiKey: '14ac5499cfdd2bb2859e' };
const ACCEPTED = { results: { total_rejected_recipients: 0, total_accepted_recipients: 2, id: 'spring' } };
const MISSING = { status: 404, json: { errors: [{ message: 'resource not found', code: '1600' }] } };
const fields = ['email', 'points', 'name'];
const rows = [
  ['Mary@Example.com', '9007199254740993', 'Mary "M" Müller'],
  ['joe@example.com', null, null],
];

function listTo(url: string, state?: Record<string, number>) {
  return contextOf({
    settings: { baseUrl: `${url}/api/v1/`, subaccount: '7' },
    secrets,
    target: { what: 'list', listId: 'spring' },
    mode: 'replace',
    fields,
    ...(state === undefined ? {} : { state }),
  });
}

function transmissionTo(url: string, more: { settleMinutes?: number; campaign?: string } = {}) {
  const { settleMinutes = 15, campaign = '' } = more;
  return contextOf({
    settings: { baseUrl: `${url}/api/v1`, settleMinutes },
    secrets,
    target: {
      what: 'transmission',
      templateId: 'welcome',
      campaign,
      transactional: true,
      openTracking: false,
    },
    mode: 'send',
    fields,
  });
}

async function sendTo(context: typeof listTo, ...replies: Reply[]) {
  await using server = await startServer(replies);
  const delivery = await openDelivery(sparkpost, context(server.url));
  return await delivery.send(batchOf(rows), never);
}

describe('a recipient list of SparkPost', () => {
  it('is replaced as a whole', async () => {
    await using server = await startServer([{ json: ACCEPTED }]);
    const context = listTo(server.url);
    const delivery = await openDelivery(sparkpost, context);
    const reply = await delivery.send(batchOf(rows), never);
    const [seen] = server.seen;
    expect(seen).toMatchObject({
      method: 'PUT',
      path: '/api/v1/recipient-lists/spring?num_rcpt_errors=3',
      body: JSON.stringify({
        recipients: [
          {
            address: { email: 'Mary@Example.com', name: 'Mary "M" Müller' },
            substitution_data: { points: '9007199254740993' },
          },
          { address: { email: 'joe@example.com' } },
        ],
      }),
    });
    expect(seen?.headers).toMatchObject({
      authorization: '14ac5499cfdd2bb2859e',
      'x-msys-subaccount': '7',
      'content-type': 'application/json',
    });
    expect(reply).toEqual({
      rejected: [],
      exchange: {
        request: `PUT ${server.url}/api/v1/recipient-lists/spring`,
        status: 200,
        note: 'spring: 2 accepted, 0 rejected',
      },
    });
  });

  it('is made where there is none, with a mark, and continues in lists of its own', async () => {
    await using server = await startServer([MISSING, { json: ACCEPTED }]);
    const context = listTo(server.url);
    const delivery = await openDelivery(sparkpost, context);
    await delivery.send(batchOf(rows.slice(1), { number: 2 }), never);
    expect(server.seen[1]).toMatchObject({
      method: 'POST',
      path: '/api/v1/recipient-lists?num_rcpt_errors=3',
      body: JSON.stringify({
        id: 'spring-2',
        attributes: { slipway_of: 'spring' },
        recipients: [{ address: { email: 'joe@example.com' } }],
      }),
    });
    expect(context.saved).toEqual([{ lists: 2 }]);
  });

  it('deletes its own lists that an earlier run has left behind the last one', async () => {
    const own = { json: { results: { id: 'x', attributes: { slipway_of: 'spring' } } } };
    await using server = await startServer([own, {}, { json: { results: { id: 'x' } } }]);
    const delivery = await openDelivery(sparkpost, listTo(server.url, { lists: 1 }));
    await delivery.finish!(never);
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/v1/recipient-lists/spring-2',
      'DELETE /api/v1/recipient-lists/spring-2',
      'GET /api/v1/recipient-lists/spring-3',
    ]);
  });

  it('stays as it was where nobody is to be sent', async () => {
    await using server = await startServer([{}]);
    const delivery = await openDelivery(sparkpost, listTo(server.url));
    expect(await delivery.finish!(never)).toMatchObject({ status: 'kept' });
    expect(server.seen).toEqual([]);
  });

  it('tells how many recipients were refused at status 200', async () => {
    const reply = await sendTo(listTo, {
      json: {
        errors: [{ message: 'created, but with errors', code: '5000' }],
        results: {
          rcpt_to_errors: [{ message: 'x', description: 'mary@example.com is bad', code: '1400' }],
          total_rejected_recipients: 1,
          total_accepted_recipients: 1,
          id: 'spring',
        },
      },
    });
    expect(reply.rejected).toEqual([{ reason: 'refused by SparkPost (1400)' }]);
    expect(JSON.stringify(reply)).not.toContain('mary');
  });

  it.each([
    [400, '1300', 'reject', 'DELIVERY_REJECTED'],
    [400, '1502', 'retry', 'HOST_UNREACHABLE'],
    [400, '5002', 'reject', 'DELIVERY_REJECTED'],
    [400, '7001', 'stop', 'SETTINGS_INVALID'],
    [401, '1000', 'stop', 'AUTH_FAILED'],
    [403, '1100', 'stop', 'PERMISSION_DENIED'],
    [409, '1602', 'retry', 'HOST_UNREACHABLE'],
    [413, '1000', 'reject', 'DELIVERY_REJECTED'],
    [422, '1300', 'reject', 'DELIVERY_REJECTED'],
    [420, '2102', 'stop', 'RATE_LIMITED'],
    [429, '1000', 'retry', 'RATE_LIMITED'],
    [500, '1000', 'retry', 'HOST_UNREACHABLE'],
    [503, '1900', 'retry', 'HOST_UNREACHABLE'],
  ])('answers %i with %s: %s %s', async (status, code, kind, error) => {
    const failure = await failureOf(
      sendTo(listTo, { status, json: { errors: [{ message: 'mary@example.com', code }] } }),
    );
    expect(failure).toMatchObject({ kind, error: { code: error } });
    expect(JSON.stringify([failure.error, failure.exchange])).not.toContain('mary');
  });

  it('has an unknown outcome where the answer is none of SparkPost', async () => {
    expect(await failureOf(sendTo(listTo, { text: '<html>' }))).toMatchObject({ kind: 'unknown' });
  });

  it.each(['', 'rcptlist_1', 'a/b', 'x'.repeat(64)])('is not opened under the id %j', async (listId) => {
    const context = { ...listTo('http://127.0.0.1:9'), target: { what: 'list', listId } };
    expect(await failureOf(openDelivery(sparkpost, context))).toMatchObject({
      kind: 'stop',
      error: { code: 'SETTINGS_INVALID', where: 'target.listId' },
    });
  });
});

describe('a transmission of SparkPost', () => {
  it('carries the run and the batch, by which it can be found again', async () => {
    await using server = await startServer([{ json: ACCEPTED }]);
    const context = transmissionTo(server.url, { campaign: 'Spring, sale' });
    const delivery = await openDelivery(sparkpost, context);
    await delivery.send(batchOf(rows.slice(1), { number: 12 }), never);
    expect(server.seen[0]).toMatchObject({ method: 'POST', path: '/api/v1/transmissions' });
    expect(JSON.parse(server.seen[0]!.body)).toEqual({
      campaign_id: 'Spring-sale_0190a1b2-0000-7000-8000-000000000001-12',
      metadata: { run_id: context.run.id, batch: 12, activation_id: 'emailable' },
      options: { open_tracking: false, click_tracking: true, transactional: true },
      content: { template_id: 'welcome', use_draft_template: false },
      recipients: [{ address: { email: 'joe@example.com' } }],
    });
  });

  it('keeps the campaign id within 64 bytes', async () => {
    await using server = await startServer([{ json: ACCEPTED }]);
    const context = transmissionTo(server.url, { campaign: 'x'.repeat(100) });
    const delivery = await openDelivery(sparkpost, context);
    await delivery.send(batchOf(rows, { number: 1234 }), never);
    const { campaign_id: campaign } = JSON.parse(server.seen[0]!.body) as { campaign_id: string };
    expect(campaign).toHaveLength(64);
    expect(campaign.endsWith(`_${context.run.id}-1234`)).toBe(true);
  });

  it.each([
    ['an answer of a gateway', { status: 502, text: '<html>' }, 'unknown'],
    ['a server error of the vendor', { status: 500, json: { errors: [{ code: '1000' }] } }, 'unknown'],
    ['a 503 without a code', { status: 503, text: '' }, 'unknown'],
    ['a 503 that says to try again', { status: 503, json: { errors: [{ code: '1900' }] } }, 'retry'],
    ['a broken connection', { cut: true }, 'unknown'],
    ['a broken answer', { status: 200, text: '{"results"', cut: true }, 'unknown'],
    ['a missing template', { status: 422, json: { errors: [{ code: '1603' }] } }, 'stop'],
    ['a used up quota', { status: 420, json: { errors: [{ code: '2101' }] } }, 'stop'],
  ] as const)('after %s is %s', async (_name, reply, kind) => {
    expect(await failureOf(sendTo(transmissionTo, reply))).toMatchObject({ kind });
  });

  const MINUTE = 60_000;
  it.each([
    ['found by its events', { json: { results: [{}], total_count: 1 } }, 1, 'taken'],
    ['counted in its events', { json: { results: [], total_count: 3 } }, 1, 'taken'],
    ['not found at first', { json: { results: [], total_count: 0 } }, 1, 'unknown'],
    ['not found after the wait', { json: { results: [], total_count: 0 } }, 20, 'not-taken'],
    ['not found after a day', { json: { results: [], total_count: 0 } }, 24 * 60, 'unknown'],
    ['forbidden to look up', { status: 403, json: { errors: [{ code: '1100' }] } }, 20, 'unknown'],
    ['looked up while the vendor fails', { status: 500 }, 20, 'unknown'],
  ] as const)('that is %s', async (_name, reply, minutes, outcome) => {
    await using server = await startServer([reply]);
    const context = transmissionTo(server.url);
    const delivery = await openDelivery(sparkpost, context);
    const batch = batchOf(rows, { number: 3 });
    expect(await delivery.resolve!(batch, Date.now() - minutes * MINUTE, never)).toBe(outcome);
    expect(server.seen[0]).toMatchObject({
      method: 'GET',
      path: `/api/v1/events/message?events=injection&campaigns=${context.run.id}-3&per_page=1`,
    });
  });

  it('needs no wait where the setting is 0', async () => {
    await using server = await startServer([{ json: { results: [], total_count: 0 } }]);
    const delivery = await openDelivery(sparkpost, transmissionTo(server.url, { settleMinutes: 0 }));
    expect(await delivery.resolve!(batchOf(rows), Date.now(), never)).toBe('not-taken');
  });

  it('is never sent again by itself', () => {
    const { delivery } = sparkpost;
    expect(delivery.by === 'batches' && [delivery.resend('send'), delivery.resend('replace')]).toEqual([
      'never',
      'safe',
    ]);
    expect(sparkpost.modesFor!({ what: 'transmission' })).toEqual(['send']);
    expect(sparkpost.modesFor!({})).toEqual(['replace']);
  });
});

describe('a key of substitution data', () => {
  it.each(['points', '_x', 'A1'])('may be %s', (name) =>
    expect(sparkpost.freeFields!.checkName(name)).toBeUndefined(),
  );
  it.each(['email', 'if', '1st', 'größe', 'a-b', ''])('may not be %j', (name) =>
    expect(sparkpost.freeFields!.checkName(name)).toMatch(/“/),
  );
});

describe('the test of a SparkPost account', () => {
  async function testWith(...replies: Reply[]) {
    await using server = await startServer(replies);
    const steps: TestStep[] = [];
    await sparkpost.test({ settings: { baseUrl: server.url }, secrets, signal: never }, (step) =>
      steps.push(step),
    );
    return { steps, paths: server.seen.map(({ method, path }) => `${method} ${path}`) };
  }
  const forbidden = { status: 403, json: { errors: [{ code: '1100' }] } };

  it('reads the account, lists and templates', async () => {
    const { steps, paths } = await testWith({});
    expect(paths).toEqual(['GET /account?include=usage', 'GET /recipient-lists', 'GET /templates']);
    expect(steps.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'account running',
      'account passed',
      'grants running',
      'grants passed',
    ]);
  });

  it('goes on without the account grant and tells what is missing', async () => {
    const { steps } = await testWith(forbidden, {}, forbidden);
    expect(steps.at(-1)?.detail).toMatch(/Recipient lists only/);
  });

  it('fails without any grant', async () => {
    expect(await failureOf(testWith(forbidden))).toMatchObject({
      kind: 'stop',
      error: { code: 'PERMISSION_DENIED', help: expect.stringMatching(/Recipient Lists/) as string },
    });
  });

  it('fails with a wrong key', async () => {
    expect(await failureOf(testWith({ status: 401 }))).toMatchObject({ error: { code: 'AUTH_FAILED' } });
  });
});
