import { createHmac, timingSafeEqual } from 'node:crypto';
import { isList, isObject, parseJson, unknownKeys } from './json-shape.ts';
import type { VendorRefusals } from './vendor-fault.ts';
import { serveVendor, type VendorAnswer, type VendorRequest, type VendorServer } from './vendor-server.ts';

/** A delivery that the receiver counted. */
export interface ReceivedDelivery {
  readonly key: string;
  readonly op: 'add' | 'remove';
  readonly batch: number;
  readonly run: string;
  readonly isLast: boolean;
  readonly fields: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** How the receiver is set up. */
export interface WebhookOptions {
  readonly secret?: string;
  readonly maxRows?: number;
  readonly maxBytes?: number;
  /** A header of that name and value is asked for. */
  readonly header?: { readonly name: string; readonly value: string };
  /** The code by which a row is rejected, or undefined where it is taken. */
  readonly reject?: (row: readonly unknown[]) => string | undefined;
  /** The clock by which signatures are checked, in milliseconds of the epoch. */
  readonly now?: () => number;
}

/** A receiver of webhooks. */
export interface WebhookReceiver extends VendorServer {
  readonly secret: string;
  /** Each delivery once, however often it was sent. */
  readonly deliveries: readonly ReceivedDelivery[];
  /** Keys that were sent again and not counted again. */
  readonly repeated: readonly string[];
  /** Signed requests without rows, which only test the address. */
  readonly tests: () => number;
}

const TOLERANCE_S = 300;

/** Whether a body is signed by the secret within five minutes of `nowS`. */
function isSigned(header: string | undefined, body: Buffer, secret: string, nowS: number): boolean {
  const match = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header ?? '');
  const [, at = '', given = ''] = match ?? [];
  if (match === null || Math.abs(nowS - Number(at)) > TOLERANCE_S) return false;
  const expected = createHmac('sha256', secret).update(`${at}.`).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(given, 'hex'));
}

const refusals: VendorRefusals = {
  unauthorized: () => ({ status: 401, json: { error: 'signature' } }),
  forbidden: () => ({ status: 403, json: { error: 'forbidden' } }),
  rateLimit: (retryAfterS) => ({
    status: 429,
    json: { error: 'rate' },
    ...(retryAfterS === undefined ? {} : { headers: { 'retry-after': String(retryAfterS) } }),
  }),
  serverError: (status) => ({ status, json: { error: 'server' } }),
};

const invalid = (error: string): VendorAnswer => ({ status: 400, json: { error } });

function isRow(fields: readonly unknown[]): (row: unknown) => row is readonly unknown[] {
  return (row): row is readonly unknown[] =>
    isList(row) &&
    row.length === fields.length &&
    row.every((cell) => cell === null || typeof cell === 'string');
}

/** Reads the body of a delivery, by the contract of the project's own webhook. */
function readDelivery(key: string, body: Buffer, maxRows: number): ReceivedDelivery | 'test' | VendorAnswer {
  const value = parseJson(body.toString('utf8'));
  if (!isObject(value)) return invalid('json');
  if (unknownKeys(value, ['run', 'activation', 'batch', 'op', 'last', 'fields', 'rows']).length > 0)
    return invalid('field');
  const { run, batch, op, last, fields, rows } = value;
  if (!isList(fields) || !isList(rows)) return invalid('rows');
  if (op === 'test') return rows.length === 0 ? 'test' : invalid('rows');
  if (op !== 'add' && op !== 'remove') return invalid('op');
  if (typeof run !== 'string' || typeof batch !== 'number' || typeof last !== 'boolean')
    return invalid('head');
  if (fields.length === 0 || rows.length === 0) return invalid('rows');
  if (rows.length > maxRows) return { status: 413, json: { error: 'rows' } };
  const names = fields.filter((name) => typeof name === 'string');
  if (names.length !== fields.length || !rows.every(isRow(fields))) return invalid('rows');
  return { key, op, batch, run, isLast: last, fields: names, rows };
}

/** Starts a receiver of signed webhooks at `/hook`. */
export async function startWebhook(options: WebhookOptions = {}): Promise<WebhookReceiver> {
  const secret = options.secret ?? 'whsec-test-3f9a';
  const now = options.now ?? Date.now;
  const deliveries: ReceivedDelivery[] = [];
  const repeated: string[] = [];
  const answered = new Map<string, VendorAnswer>();
  let tests = 0;

  const take = (delivery: ReceivedDelivery): VendorAnswer => {
    const rejected = delivery.rows.flatMap((row, at) => {
      const reason = options.reject?.(row);
      return reason === undefined ? [] : [{ row: at, reason }];
    });
    const refused = new Set(rejected.map(({ row }) => row));
    deliveries.push({ ...delivery, rows: delivery.rows.filter((_, at) => !refused.has(at)) });
    return { status: 200, rows: delivery.rows.length, json: { rejected } };
  };

  const answer = ({ method, path, headers, body }: VendorRequest): VendorAnswer => {
    if (path !== '/hook') return { status: 404, json: { error: 'path' } };
    if (method !== 'POST') return { status: 405, json: { error: 'method' } };
    if (!isSigned(headers['x-slipway-signature'], body, secret, Math.floor(now() / 1000)))
      return refusals.unauthorized();
    const { header } = options;
    if (header !== undefined && headers[header.name.toLowerCase()] !== header.value)
      return refusals.forbidden();
    if (headers['content-type'] !== 'application/json') return { status: 415, json: { error: 'type' } };
    if (body.length > (options.maxBytes ?? 16 * 1024 * 1024))
      return { status: 413, json: { error: 'bytes' } };
    const key = headers['idempotency-key'];
    if (key === undefined || key === '' || key.length > 255) return invalid('key');
    const before = answered.get(key);
    if (before !== undefined) {
      repeated.push(key);
      return before;
    }
    const delivery = readDelivery(key, body, options.maxRows ?? 50_000);
    if (delivery === 'test') {
      tests += 1;
      return { status: 200, json: {} };
    }
    if ('status' in delivery) return delivery;
    const first = take(delivery);
    answered.set(key, first);
    return first;
  };

  const server = await serveVendor({ basePath: '/hook', answer, refusals });
  return { ...server, secret, deliveries, repeated, tests: () => tests };
}
