import { z } from 'zod';
import type { DeliveryFailure } from './destination.ts';
import {
  batchRefused,
  failDelivery,
  outOfOrder,
  permissionMissing,
  signInRefused,
  slowDown,
  unreadableAnswer,
} from './failure.ts';
import { readJson, readRetryAfter, type HttpAnswer } from './http.ts';

/** The vendor's name in texts. */
export const TIKTOK = 'TikTok';
/** The code of a request that was taken in part. */
export const PARTIAL = 20001;

const Envelope = z.object({
  code: z.number(),
  message: z.string().default(''),
  request_id: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional()
    .catch(undefined),
  data: z.unknown().optional(),
});
type Envelope = z.infer<typeof Envelope>;

/** The envelope of every answer, or undefined where it is none of TikTok. Its `code` tells the outcome; the status is 200 for errors too. */
export function readEnvelope(json: unknown): Envelope | undefined {
  const parsed = Envelope.safeParse(json);
  return parsed.success ? parsed.data : undefined;
}

const TOO_FAST = new Set([40016, 40100, 40133]);
/** Try again: task not ready, write conflict, internal errors, maintenance. 40050 says that the same request has just come. */
const TRANSIENT = new Set([40050, 40201, 40202, 40700, 50000, 50002, 51305, 60001]);
const SIGN_IN = new Set([40102, 40104, 40105, 40113, 40118, 40125]);
const PERMISSION = new Set([40001]);
const SECOND_MS = 1000;
const MINUTES_MS = 5 * 60_000;

/** The failure of any answer that is none of success, by the vendor's table of codes. */
export function classifyTiktok(answer: HttpAnswer): DeliveryFailure {
  const { status, headers } = answer;
  const envelope = readEnvelope(readJson(answer.text));
  const afterMs = readRetryAfter(headers, Date.now());
  if (envelope !== undefined && envelope.code !== 0) return classifyCode(answer, envelope);
  const { exchange } = answer;
  const code = `status ${status}`;
  if (status === 401) return signInRefused(TIKTOK, code, exchange);
  if (status === 403) return permissionMissing(TIKTOK, code, SCOPE, exchange);
  if (status === 429) return slowDown(TIKTOK, afterMs ?? SECOND_MS, exchange);
  if (status === 408 || status >= 500) return outOfOrder(TIKTOK, code, exchange, afterMs);
  if (status >= 200 && status < 300) return unreadableAnswer(TIKTOK, exchange);
  return batchRefused(TIKTOK, code, exchange);
}

const SCOPE = 'the scope Audience Management to the app, and its user access to the advertiser';

function classifyCode(answer: HttpAnswer, { code, message, request_id: request }: Envelope): DeliveryFailure {
  const exchange = {
    ...answer.exchange,
    note: `code ${code}${request === undefined ? '' : `, request ${request}`}`,
  };
  const named = `code ${code}`;
  if (TOO_FAST.has(code)) return classifyQuota(message, named, exchange);
  if (SIGN_IN.has(code)) return signInRefused(TIKTOK, named, exchange);
  if (PERMISSION.has(code)) return permissionMissing(TIKTOK, named, SCOPE, exchange);
  if (TRANSIENT.has(code) || answer.status >= 500) return outOfOrder(TIKTOK, named, exchange);
  // The same code as wrong input has; an audience is not editable while it is processed.
  if (code === 40002 && /process/i.test(message)) return outOfOrder(TIKTOK, named, exchange);
  return batchRefused(TIKTOK, named, exchange);
}

/** No header tells which quota is used up: the text of the answer does. By second, by minute, or by day until 00:00 UTC. */
function classifyQuota(message: string, code: string, exchange: HttpAnswer['exchange']): DeliveryFailure {
  if (/QPD|per day|daily/i.test(message)) {
    return failDelivery(
      'stop',
      'RATE_LIMITED',
      `The requests of this day are used up at TikTok (${code}).`,
      'Start the run again after 00:00 UTC.',
      { exchange },
    );
  }
  return slowDown(TIKTOK, /QPM|per minute/i.test(message) ? MINUTES_MS : SECOND_MS, exchange);
}
