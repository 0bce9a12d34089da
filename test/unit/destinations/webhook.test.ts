import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { TestStep } from '../../../electron/domain/test-step.ts';
import { webhook } from '../../../electron/destinations/webhook.ts';
import { batchOf } from '../../support/batch.ts';
import { contextOf, failureOf, never, openDelivery, startServer, type Reply } from './vendor-server.ts';

const secrets = { signingSecret: 's3cret', headerValue: 'Bearer gate' };

function contextTo(url: string) {
  return contextOf({
    settings: { url: `${url}/hook`, headerName: 'Authorization' },
    secrets,
    target: {},
    mode: 'mirror',
    fields: ['id', 'city'],
  });
}

async function sendOne(reply: Reply) {
  await using server = await startServer([reply]);
  const delivery = await openDelivery(webhook, contextTo(server.url));
  return await delivery.send(
    batchOf([
      ['1', 'Ünna'],
      ['2', null],
    ]),
    never,
  );
}

describe('a webhook', () => {
  it('is sent a signed batch', async () => {
    await using server = await startServer([{ status: 202 }]);
    const context = contextTo(server.url);
    const delivery = await openDelivery(webhook, context);
    const rows = [
      ['9007199254740993', 'Ünna "x"'],
      ['2', null],
    ];
    const reply = await delivery.send(batchOf(rows, { number: 7, op: 'remove', isLast: false }), never);
    const [seen] = server.seen;
    expect(seen).toMatchObject({ method: 'POST', path: '/hook' });
    expect(seen?.headers).toMatchObject({
      authorization: 'Bearer gate',
      'content-type': 'application/json',
      'idempotency-key': `${context.run.id}-7`,
    });
    expect(JSON.parse(seen!.body)).toEqual({
      run: context.run.id,
      activation: 'emailable',
      batch: 7,
      op: 'remove',
      last: false,
      fields: ['id', 'city'],
      rows,
    });
    const [, time, digest] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(
      String(seen?.headers['x-slipway-signature']),
    )!;
    expect(digest).toBe(createHmac('sha256', 's3cret').update(`${time}.${seen!.body}`).digest('hex'));
    expect(reply).toEqual({ rejected: [], exchange: { request: `POST ${server.url}/hook`, status: 202 } });
  });

  it('passes on which rows were refused, by codes only', async () => {
    const rejected = [
      { row: 1, reason: 'no_consent' },
      { row: 0, reason: 'mary@example.com is unknown' },
      { row: 99, reason: 'd55abc0123456789' },
      {},
    ];
    const reply = await sendOne({ json: { rejected } });
    expect(reply.rejected).toEqual([
      { row: 1, reason: 'no_consent' },
      { row: 0, reason: 'refused by the receiver' },
    ]);
  });

  it('takes an answer that is no JSON', async () => {
    expect((await sendOne({ text: '<html>ok</html>' })).rejected).toEqual([]);
  });

  it.each([
    [{ status: 400 }, 'reject', 'DELIVERY_REJECTED', undefined],
    [{ status: 401 }, 'stop', 'AUTH_FAILED', undefined],
    [{ status: 403 }, 'stop', 'PERMISSION_DENIED', undefined],
    [{ status: 404 }, 'stop', 'NOT_FOUND', undefined],
    [{ status: 410 }, 'stop', 'NOT_FOUND', undefined],
    [{ status: 413 }, 'reject', 'DELIVERY_REJECTED', undefined],
    [{ status: 429, headers: { 'Retry-After': '3' } }, 'retry', 'RATE_LIMITED', 3000],
    [{ status: 429 }, 'retry', 'RATE_LIMITED', undefined],
    [{ status: 500 }, 'retry', 'HOST_UNREACHABLE', undefined],
    [{ status: 503, headers: { 'Retry-After': '2' } }, 'retry', 'HOST_UNREACHABLE', 2000],
    [{ cut: true }, 'unknown', 'HOST_UNREACHABLE', undefined],
  ] as const)('answers %j: %s %s', async (reply, kind, code, afterMs) => {
    const failure = await failureOf(sendOne(reply));
    expect(failure).toMatchObject({ kind, error: { code } });
    expect(failure.afterMs).toBe(afterMs);
  });

  it('is tested by a signed request without rows', async () => {
    await using server = await startServer([{}]);
    const steps: TestStep[] = [];
    const { settings, signal } = contextTo(server.url);
    await webhook.test({ settings, secrets, signal }, (step) => steps.push(step));
    expect(JSON.parse(server.seen[0]!.body)).toEqual({ op: 'test', fields: [], rows: [] });
    expect(steps.at(-1)).toMatchObject({ status: 'passed', detail: 'Status 200' });
  });

  it('needs a signing secret', async () => {
    const context = contextOf({
      settings: { url: 'https://example.com/' },
      secrets: {},
      target: {},
      mode: 'add',
      fields: ['id'],
    });
    expect(await failureOf(openDelivery(webhook, context))).toMatchObject({
      kind: 'stop',
      error: { code: 'SETTINGS_INVALID', where: 'settings.signingSecret' },
    });
  });
});
