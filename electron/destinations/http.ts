import { DeliveryFailure, type Exchange } from './destination.ts';
import { failDelivery, invalidSetting } from './failure.ts';
import { readSafeAddress } from './safe-address.ts';

/** One request to a vendor. `url` is whole, with its query. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer> | FormData;
  /** Milliseconds until the whole answer must be there; at most 300,000, where the HTTP client gives up by itself. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Any answer, whatever its status. `text` holds at most 1 MiB of it. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly exchange: Exchange;
}

const MOST_BYTES = 1024 * 1024;
/** Failures before a byte of the request was sent. */
const NOT_SENT = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPROTO',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const CERTIFICATE =
  /^(CERT_|CRL_|DEPTH_ZERO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_|SELF_SIGNED_|UNABLE_TO_)/;

/**
 * Sends a request and gives back whatever was answered. Redirects are not followed: they would carry credentials elsewhere.
 * @throws DeliveryFailure `retry` where nothing was sent, `unknown` where it may have been taken, `stop` for addresses, certificates and
 * redirects; an abort rejects with the signal's reason
 */
export async function sendHttp(request: HttpRequest): Promise<HttpAnswer> {
  const { method, signal, timeoutMs } = request;
  signal.throwIfAborted();
  const url = checkAddress(request.url);
  const named = `${method} ${url.origin}${url.pathname}`;
  const timeout = AbortSignal.timeout(timeoutMs);
  let status: number | undefined;
  try {
    const answer = await fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout]),
      headers: { 'User-Agent': 'Slipway', Accept: 'application/json', ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    status = answer.status;
    const text = await readBounded(answer);
    const exchange = { request: named, status };
    if (status >= 300 && status < 400) throw redirected(url.host, exchange);
    return { status, headers: answer.headers, text, exchange };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw mapNetworkError(error, { host: url.host, named, method, status, isLate: timeout.aborted });
  }
}

/** The address, where requests may go to it: https, or http to this computer. @throws DeliveryFailure `stop` SETTINGS_INVALID */
function checkAddress(text: string): URL {
  const url = readSafeAddress(text);
  if (url !== undefined) return url;
  throw invalidSetting(
    'settings',
    'The address is not one that requests are sent to: it has to begin with https:// and to hold no password.',
    'Correct the address in the destination. Plain http:// is for receivers on this computer only.',
  );
}

async function readBounded(answer: Response): Promise<string> {
  if (answer.body === null) return '';
  const reader = answer.body.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  while (size < MOST_BYTES) {
    const part: { readonly done: boolean; readonly value?: Uint8Array | undefined } = await reader.read();
    if (part.done || part.value === undefined) break;
    parts.push(part.value);
    size += part.value.length;
  }
  // Of no effect on a body that was read to its end.
  if (size >= MOST_BYTES) await reader.cancel();
  return Buffer.concat(parts).subarray(0, MOST_BYTES).toString('utf8');
}

function redirected(host: string, exchange: Exchange): DeliveryFailure {
  return failDelivery(
    'stop',
    'SETTINGS_INVALID',
    `“${host}” redirects to another address (${exchange.status}), which is not followed.`,
    'Enter the final address in the destination.',
    { exchange },
  );
}

interface FailedRequest {
  readonly host: string;
  readonly named: string;
  readonly method: string;
  /** Of an answer that broke off. */
  readonly status: number | undefined;
  readonly isLate: boolean;
}

function mapNetworkError(error: unknown, failed: FailedRequest): unknown {
  if (error instanceof DeliveryFailure) return error;
  const { host, named, isLate } = failed;
  const code = isLate ? 'timeout' : codeOf(error);
  const exchange = { request: named, status: failed.status ?? code };
  const more = { exchange, cause: error };
  if (CERTIFICATE.test(code)) {
    return failDelivery(
      'stop',
      'HOST_UNREACHABLE',
      `The certificate of “${host}” cannot be trusted (${code}).`,
      'Check the address and the network. Certificates are always verified.',
      more,
    );
  }
  if (NOT_SENT.has(code)) {
    return failDelivery(
      'retry',
      'HOST_UNREACHABLE',
      `“${host}” cannot be reached (${code}).`,
      'Check the network and the address, then try again.',
      more,
    );
  }
  // What only reads cannot have been taken.
  const kind = failed.method === 'GET' ? 'retry' : 'unknown';
  return isLate
    ? failDelivery(kind, 'TIMEOUT', `“${host}” did not answer in time.`, 'Try again later.', more)
    : failDelivery(
        kind,
        'HOST_UNREACHABLE',
        `The connection to “${host}” broke before its answer was complete (${code}).`,
        'Check the network, then try again.',
        more,
      );
}

function codeOf(error: unknown): string {
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    if ('code' in each && typeof each.code === 'string') return each.code;
  }
  return 'no code';
}

/** How long the answer asks to wait, in milliseconds: `Retry-After` in seconds or as a date, not more than an hour. Undefined where it does not say. */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), 3_600_000);
}

/** The JSON of an answer, or undefined where it is none, such as the HTML of a gateway. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON: who asks classifies the answer by its status.
    return undefined;
  }
}
