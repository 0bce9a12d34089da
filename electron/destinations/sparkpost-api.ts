import { z } from 'zod';
import type { Secrets, Settings } from '../domain/field-spec.ts';
import type { BatchReply, DeliveryFailure } from './destination.ts';
import {
  batchRefused,
  failDelivery,
  invalidSetting,
  outOfOrder,
  permissionMissing,
  signInRefused,
  slowDown,
} from './failure.ts';
import { readJson, readRetryAfter, sendHttp, type HttpAnswer, type HttpRequest } from './http.ts';
import { readBaseUrl, readText, requireSecret } from './read-settings.ts';

/** The vendor's name in texts. */
export const SPARKPOST = 'SparkPost';

/** Addresses by region; accounts are not shared between them (SparkPost API reference, “Endpoints”). */
const REGIONS: Readonly<Record<string, string>> = {
  us: 'https://api.sparkpost.com/api/v1',
  eu: 'https://api.eu.sparkpost.com/api/v1',
};
/** The vendor's own limit for a request. */
const TIMEOUT_MS = 300_000;

const Errors = z.object({
  errors: z.array(z.object({ code: z.coerce.string().optional() })).default([]),
});

/** `results` of a list or a transmission. A part of the recipients may be refused at status 200. */
const Counts = z.object({
  results: z.object({
    id: z.coerce.string().optional(),
    total_accepted_recipients: z.number(),
    total_rejected_recipients: z.number().default(0),
    rcpt_to_errors: z.array(z.object({ code: z.coerce.string().optional() })).default([]),
  }),
});

/** An account of SparkPost to send requests to. */
export interface SparkpostApi {
  /** Any answer; classifying it is up to the caller. `path` begins with a slash and may hold a query. */
  ask(
    method: HttpRequest['method'],
    path: string,
    signal: AbortSignal,
    body?: string | Uint8Array<ArrayBuffer>,
  ): Promise<HttpAnswer>;
}

/** The account of these settings. @throws DeliveryFailure SETTINGS_INVALID */
export function openSparkpost(settings: Settings, secrets: Secrets): SparkpostApi {
  const base = readBaseUrl(settings, REGIONS[readText(settings, 'region', 'us')] ?? '');
  const subaccount = readText(settings, 'subaccount');
  if (subaccount !== '' && !/^\d{1,9}$/.test(subaccount)) {
    throw invalidSetting(
      'settings.subaccount',
      'The subaccount is not a number.',
      'Copy its number from the account page of SparkPost, or leave it empty.',
    );
  }
  const headers = {
    // The bare key, without a scheme.
    Authorization: requireSecret(secrets, 'apiKey', 'The API key'),
    ...(subaccount === '' ? {} : { 'X-MSYS-SUBACCOUNT': subaccount }),
  };
  return {
    ask: (method, path, signal, body) =>
      sendHttp({
        method,
        url: `${base}${path}`,
        headers: body === undefined ? headers : { ...headers, 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body }),
        timeoutMs: TIMEOUT_MS,
        signal,
      }),
  };
}

/** Whether the answer carries an error of this code, such as `5001`. */
export function hasCode(answer: HttpAnswer, code: string): boolean {
  return readCodes(answer).includes(code);
}

/** The codes of `errors[]`, in their order. The texts beside them may repeat addresses and are not read. */
export function readCodes({ text }: HttpAnswer): string[] {
  const parsed = Errors.safeParse(readJson(text));
  if (!parsed.success) return [];
  return parsed.data.errors.flatMap(({ code }) => (code === undefined ? [] : [code.slice(0, 12)]));
}

/**
 * The counts of a taken list or transmission, or undefined where the answer holds none. Refused recipients come without their place:
 * SparkPost tells their number and codes only.
 */
export function readCounts(answer: HttpAnswer): BatchReply | undefined {
  const parsed = Counts.safeParse(readJson(answer.text));
  if (!parsed.success) return undefined;
  const { results } = parsed.data;
  const refused = Math.min(results.total_rejected_recipients, 1_000_000);
  const code = results.rcpt_to_errors[0]?.code ?? readCodes(answer)[0] ?? 'no code';
  return {
    rejected: Array.from({ length: refused }, (_, index) => ({
      reason: `refused by SparkPost (${results.rcpt_to_errors[index]?.code ?? code})`,
    })),
    exchange: {
      ...answer.exchange,
      note: `${results.id === undefined ? '' : `${results.id}: `}${results.total_accepted_recipients} accepted, ${refused} rejected`,
    },
  };
}

/** Codes of an answer that says: nothing was taken, try again (SparkPost support, “Extended error codes”). */
const TRY_AGAIN = new Set(['1502', '1602', '1900']);
/** Codes of a template that is missing, or has no published version. */
const TEMPLATE_MISSING = new Set(['1603', '2005']);

/** The failure of any answer that is none of success, by the vendor's table. `needed` names the grant of the API key. */
export function classifySparkpost(answer: HttpAnswer, needed: string): DeliveryFailure {
  const { status, headers, exchange } = answer;
  const codes = readCodes(answer);
  const code = codes[0] ?? `status ${status}`;
  const afterMs = readRetryAfter(headers, Date.now());
  if (status === 401) return signInRefused(SPARKPOST, code, exchange);
  if (status === 403) return permissionMissing(SPARKPOST, code, `the API key ${needed}`, exchange);
  // Asked to wait 1–5 s; no Retry-After is documented.
  if (status === 429) return slowDown(SPARKPOST, afterMs ?? 2000, exchange);
  if (status === 420) {
    return failDelivery(
      'stop',
      'RATE_LIMITED',
      `The sending limit of the SparkPost account is reached (${code}). Nothing of this batch was sent.`,
      'Start the run again once the hour, day or month of the limit is over, or raise the limit.',
      { exchange },
    );
  }
  if (status >= 500 || status === 408 || codes.some((each) => TRY_AGAIN.has(each))) {
    return outOfOrder(SPARKPOST, code, exchange, afterMs);
  }
  if (codes.some((each) => TEMPLATE_MISSING.has(each))) {
    return failDelivery(
      'stop',
      'NOT_FOUND',
      `The template does not exist at SparkPost or has no published version (${code}).`,
      'Check the template id of the activation, and publish the template.',
      { exchange },
    );
  }
  if (codes.includes('7001')) {
    return failDelivery(
      'stop',
      'SETTINGS_INVALID',
      `The sending domain of the template is not set up at SparkPost (${code}).`,
      'Verify the sending domain at SparkPost, then try again.',
      { exchange },
    );
  }
  if (status === 404) {
    return failDelivery(
      'stop',
      'NOT_FOUND',
      `SparkPost does not know what was asked for (${code}).`,
      'Check the API address and the region of the destination.',
      { exchange },
    );
  }
  return batchRefused(SPARKPOST, code, exchange);
}
