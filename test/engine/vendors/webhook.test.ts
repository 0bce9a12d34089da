import { createHmac } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startWebhook, type WebhookOptions, type WebhookReceiver } from '../../support/vendors/webhook.ts';

const NOW_S = 1_764_000_000;

async function start(options: WebhookOptions = {}): Promise<WebhookReceiver> {
  const receiver = await startWebhook({ now: () => NOW_S * 1000, ...options });
  onTestFinished(receiver.close);
  return receiver;
}

const rowsOf = (...names: string[]): object => ({
  run: 'run-1',
  activation: 'a1',
  batch: 1,
  op: 'add',
  last: true,
  fields: ['email', 'city'],
  rows: names.map((name) => [name, null]),
});

interface Sending {
  readonly key?: string;
  readonly at?: number;
  readonly secret?: string;
  readonly headers?: Record<string, string>;
}

async function send(
  receiver: WebhookReceiver,
  body: object,
  how: Sending = {},
): Promise<{ status: number; body: unknown }> {
  const { key = 'k1', at = NOW_S, secret = receiver.secret, headers = {} } = how;
  const text = JSON.stringify(body);
  const signature = createHmac('sha256', secret).update(`${at}.${text}`).digest('hex');
  const answer = await fetch(receiver.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': key,
      'x-slipway-signature': `t=${at},v1=${signature}`,
      ...headers,
    },
    body: text,
  });
  return { status: answer.status, body: await answer.json() };
}

describe('the receiver of webhooks', () => {
  it('takes what is signed within five minutes', async () => {
    const receiver = await start();
    expect((await send(receiver, rowsOf('Zoë'))).status).toBe(200);
    expect((await send(receiver, rowsOf('b'), { key: 'k2', at: NOW_S - 300 })).status).toBe(200);
    expect((await send(receiver, rowsOf('c'), { key: 'k3', at: NOW_S - 301 })).status).toBe(401);
    expect((await send(receiver, rowsOf('d'), { key: 'k4', secret: 'other' })).status).toBe(401);
    expect(
      (await send(receiver, rowsOf('e'), { key: 'k5', headers: { 'x-slipway-signature': 'v1=' } })).status,
    ).toBe(401);
    expect(receiver.deliveries.map(({ rows }) => rows)).toEqual([[['Zoë', null]], [['b', null]]]);
  });

  it('counts a key once, and answers the same again', async () => {
    const receiver = await start({ reject: ([name]) => (name === 'bad' ? 'not_known' : undefined) });
    const first = await send(receiver, rowsOf('a', 'bad'));
    expect(first.body).toEqual({ rejected: [{ row: 1, reason: 'not_known' }] });
    expect(await send(receiver, rowsOf('a', 'bad'))).toEqual(first);
    expect(receiver.deliveries).toHaveLength(1);
    expect(receiver.deliveries[0]?.rows).toEqual([['a', null]]);
    expect(receiver.repeated).toEqual(['k1']);
  });

  it('counts a test apart', async () => {
    const receiver = await start();
    expect((await send(receiver, { op: 'test', fields: [], rows: [] })).status).toBe(200);
    expect([receiver.deliveries.length, receiver.tests()]).toEqual([0, 1]);
  });

  it('asks for the header of a gateway', async () => {
    const receiver = await start({ header: { name: 'X-Api-Key', value: 'open' } });
    expect((await send(receiver, rowsOf('a'))).status).toBe(403);
    expect((await send(receiver, rowsOf('a'), { headers: { 'x-api-key': 'open' } })).status).toBe(200);
  });

  it.each([
    ['a row of another length', { ...rowsOf(), rows: [['a']] }, 400],
    ['a value that is no text', { ...rowsOf(), rows: [['a', 1]] }, 400],
    ['no rows', rowsOf(), 400],
    ['an unknown operation', { ...rowsOf('a'), op: 'put' }, 400],
    ['an unknown field', { ...rowsOf('a'), token: 'x' }, 400],
    ['too many rows', rowsOf('a', 'b', 'c'), 413],
  ])('refuses %s', async (_, body, status) => {
    const receiver = await start({ maxRows: 2 });
    expect((await send(receiver, body)).status).toBe(status);
    expect(receiver.deliveries).toEqual([]);
  });
});
