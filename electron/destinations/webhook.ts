import { createHmac, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Secrets, Settings } from '../domain/field-spec.ts';
import { runStep } from '../domain/test-step.ts';
import {
  defineDestination,
  type Batch,
  type BatchReply,
  type DeliveryContext,
  type DeliveryFailure,
  type DestinationContext,
} from './destination.ts';
import {
  batchRefused,
  failDelivery,
  invalidSetting,
  outOfOrder,
  permissionMissing,
  signInRefused,
  slowDown,
} from './failure.ts';
import { readJson, readRetryAfter, sendHttp, type HttpAnswer } from './http.ts';
import { readCount, readText, requireSecret } from './read-settings.ts';

const VENDOR = 'The receiver';
const TIMEOUT_MS = 60_000;
const ROWS = 5000;
const MOST_ROWS = 50_000;
const MOST_BYTES = 4 * 1024 * 1024;

/** Our own contract with receivers; see README.md of this folder. */
const Reply = z.object({
  rejected: z.array(z.object({ row: z.int().min(0).optional(), reason: z.string().optional() })).default([]),
});

/** Sends rows as signed JSON to any HTTPS address. */
export const webhook = defineDestination({
  kind: 'webhook',
  label: 'Webhook',
  description: 'Sends rows as signed JSON to an HTTPS address of your own.',
  channel: 'webhook',
  settings: [
    {
      key: 'url',
      label: 'Address',
      kind: 'text',
      required: true,
      placeholder: 'https://…',
      help: 'Receives POST requests. Plain http:// is taken for this computer only.',
    },
    {
      key: 'signingSecret',
      label: 'Signing secret',
      kind: 'secret',
      required: true,
      help: 'Signs each request: X-Slipway-Signature holds t=<seconds>,v1=<HMAC-SHA256 of “t.body” as hex>.',
    },
    {
      key: 'headerName',
      label: 'Extra header',
      kind: 'text',
      required: false,
      placeholder: 'Authorization',
      help: 'A header that a gateway before the receiver asks for.',
    },
    {
      key: 'headerValue',
      label: 'Value of the extra header',
      kind: 'secret',
      required: false,
      help: 'It is kept in the keychain of this computer only.',
    },
    {
      key: 'batchRows',
      label: 'Rows in a request',
      kind: 'number',
      required: false,
      initial: ROWS,
      help: `Up to ${MOST_ROWS.toLocaleString('en')} rows and 4 MiB go in one request.`,
    },
  ],
  target: [],
  address: ['url'],
  modes: ['add', 'remove', 'mirror'],
  fields: [],
  freeFields: {
    checkName: (name) => (name.trim() === '' ? 'A field needs a name.' : undefined),
  },
  checkFields: (fields) => (fields.length === 0 ? ['A webhook needs at least one field.'] : []),
  test: testReceiver,
  delivery: {
    by: 'batches',
    limits: (settings) => ({
      rows: Math.min(Math.max(1, Math.floor(readCount(settings, 'batchRows', ROWS))), MOST_ROWS),
      bytes: MOST_BYTES,
      // Brackets, quotes and commas of a row of ten values.
      rowOverhead: 32,
      concurrency: 4,
    }),
    resend: () => 'safe',
    open: async (context) => {
      const receiver = readReceiver(context.settings, context.secrets);
      return { send: (batch, signal) => sendBatch(receiver, context, batch, signal) };
    },
  },
});

interface Receiver {
  readonly url: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
}

function readReceiver(settings: Settings, secrets: Secrets): Receiver {
  const name = readText(settings, 'headerName');
  if (name !== '' && !/^[A-Za-z0-9-]{1,64}$/.test(name)) {
    throw invalidSetting(
      'settings.headerName',
      'The extra header is not the name of a header.',
      'Use letters, digits and hyphens, such as X-Api-Key.',
    );
  }
  const value = (secrets['headerValue'] ?? '').trim();
  if (name !== '' && !/^[\x20-\x7e]+$/.test(value)) {
    throw invalidSetting(
      'settings.headerValue',
      'The value of the extra header is missing or holds letters that no header has.',
      'Paste it again, or remove the extra header.',
    );
  }
  return {
    url: readText(settings, 'url'),
    key: requireSecret(secrets, 'signingSecret', 'The signing secret'),
    headers: name === '' ? {} : { [name]: value },
  };
}

async function sendBatch(
  receiver: Receiver,
  { run, fields }: DeliveryContext,
  batch: Batch,
  signal: AbortSignal,
): Promise<BatchReply> {
  const head = JSON.stringify({
    run: run.id,
    activation: run.activationId,
    batch: batch.number,
    op: batch.op,
    last: batch.isLast,
    fields,
  });
  const body = `${head.slice(0, -1)},"rows":${batch.json}}`;
  const answer = await post(receiver, body, `${run.id}-${batch.number}`, signal);
  return { rejected: readRejected(answer, batch.rows.length), exchange: answer.exchange };
}

async function post(
  { url, key, headers }: Receiver,
  text: string,
  idempotencyKey: string,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const body = Buffer.from(text);
  const at = Math.floor(Date.now() / 1000);
  const digest = createHmac('sha256', key).update(`${at}.`).update(body).digest('hex');
  const answer = await sendHttp({
    method: 'POST',
    url,
    headers: {
      ...headers,
      'Content-Type': 'application/json',
      'Idempotency-Key': idempotencyKey,
      'X-Slipway-Signature': `t=${at},v1=${digest}`,
    },
    body,
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw classifyReceiver(answer);
}

function classifyReceiver({ status, headers, exchange }: HttpAnswer): DeliveryFailure {
  const code = `status ${status}`;
  const afterMs = readRetryAfter(headers, Date.now());
  if (status === 401) return signInRefused(VENDOR, code, exchange);
  if (status === 403)
    return permissionMissing(VENDOR, code, 'the sender access to the address of the webhook', exchange);
  if (status === 404 || status === 405 || status === 410) {
    return failDelivery(
      'stop',
      'NOT_FOUND',
      `Nothing takes rows at the address of the webhook (${code}).`,
      'Check the address in the destination, or start the receiver again.',
      { exchange },
    );
  }
  if (status === 429) return slowDown(VENDOR, afterMs, exchange);
  if (status === 408 || status === 425 || status >= 500) return outOfOrder(VENDOR, code, exchange, afterMs);
  return batchRefused(VENDOR, code, exchange);
}

/** A receiver's own words could repeat values of the row, so only short codes are passed on. */
function readRejected({ text }: HttpAnswer, rows: number): BatchReply['rejected'] {
  const reply = Reply.safeParse(readJson(text));
  if (!reply.success) return [];
  return reply.data.rejected.slice(0, rows).map(({ row, reason }) => ({
    ...(row === undefined || row >= rows ? {} : { row }),
    reason: reason !== undefined && isCode(reason) ? reason : 'refused by the receiver',
  }));
}

/** A hash or a number could be a customer's: a code begins with a letter and has few digits. */
function isCode(reason: string): boolean {
  return /^[a-z][a-z0-9_-]{0,39}$/.test(reason) && reason.replace(/\D/g, '').length <= 4;
}

async function testReceiver(
  { settings, secrets, signal }: DestinationContext,
  onStep: Parameters<typeof runStep>[0],
): Promise<void> {
  const receiver = readReceiver(settings, secrets);
  await runStep(onStep, 'send', 'Send a signed request without rows', async () => {
    const { status } = await post(receiver, '{"op":"test","fields":[],"rows":[]}', randomUUID(), signal);
    return `Status ${status}`;
  });
}
