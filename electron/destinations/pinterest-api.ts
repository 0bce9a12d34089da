import { z } from 'zod';
import type { Secrets, Settings } from '../domain/field-spec.ts';
import type { DeliveryFailure } from './destination.ts';
import {
  asRetry,
  batchRefused,
  failDelivery,
  outOfOrder,
  permissionMissing,
  signInRefused,
  slowDown,
  unreadableAnswer,
} from './failure.ts';
import { readJson, readRetryAfter, sendHttp, type HttpAnswer, type HttpRequest } from './http.ts';
import { readBaseUrl, requireDigits, requireSecret } from './read-settings.ts';

/** The vendor's name in texts. */
export const PINTEREST = 'Pinterest';
/** The address of API v5 (Pinterest OpenAPI 5.23.0). */
export const PINTEREST_URL = 'https://api.pinterest.com/v5';
const TIMEOUT_MS = 120_000;
/** The most that a page may hold. */
const PAGE_SIZE = 250;
const MOST_PAGES = 400;

const Failed = z.object({ code: z.number() });
const Page = z.object({ items: z.array(z.unknown()), bookmark: z.string().nullish() });

/** An ad account to send requests to. */
export interface PinterestApi {
  /** `/ad_accounts/` and its id. */
  readonly account: string;
  /**
   * A good answer, parsed. `path` begins with a slash and may hold a query.
   * @throws DeliveryFailure by the vendor's statuses
   */
  ask<T>(
    shape: z.ZodType<T>,
    method: HttpRequest['method'],
    path: string,
    signal: AbortSignal,
    body?: string,
  ): Promise<{ readonly value: T; readonly answer: HttpAnswer }>;
  /** All items of a list, page by page; those of another shape are left out. */
  list<T>(shape: z.ZodType<T>, path: string, signal: AbortSignal): AsyncGenerator<T>;
}

/** The ad account of these settings. @throws DeliveryFailure SETTINGS_INVALID */
export function openPinterest(settings: Settings, secrets: Secrets): PinterestApi {
  const base = readBaseUrl(settings, PINTEREST_URL);
  const account = `/ad_accounts/${requireDigits(settings, 'adAccountId', 'The ad account id')}`;
  const authorization = `Bearer ${requireSecret(secrets, 'token', 'The access token')}`;
  const ask: PinterestApi['ask'] = async (shape, method, path, signal, body) => {
    const answer = await sendHttp({
      method,
      url: `${base}${path}`,
      headers: {
        Authorization: authorization,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    if (answer.status < 200 || answer.status >= 300) throw classifyPinterest(answer);
    const parsed = shape.safeParse(readJson(answer.text));
    if (parsed.success) return { value: parsed.data, answer };
    const failure = unreadableAnswer(PINTEREST, answer.exchange);
    throw method === 'GET' ? asRetry(failure) : failure;
  };
  return {
    account,
    ask,
    list: async function* (shape, path, signal) {
      let bookmark: string | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const query = new URLSearchParams({
          page_size: String(PAGE_SIZE),
          ...(bookmark === undefined ? {} : { bookmark }),
        }).toString();
        const { value } = await ask(Page, 'GET', `${path}?${query}`, signal);
        for (const item of value.items) {
          const parsed = shape.safeParse(item);
          if (parsed.success) yield parsed.data;
        }
        if (value.bookmark == null || value.bookmark === '') return;
        bookmark = value.bookmark;
      }
    },
  };
}

/** The failure of any answer that is none of success. Pinterest tells by status; its texts are not read. */
export function classifyPinterest({ status, headers, text, exchange }: HttpAnswer): DeliveryFailure {
  const failed = Failed.safeParse(readJson(text));
  const code = `status ${status}${failed.success ? `, code ${failed.data.code}` : ''}`;
  const afterMs = readRetryAfter(headers, Date.now());
  if (status === 401) return signInRefused(PINTEREST, code, exchange);
  if (status === 403) {
    return permissionMissing(
      PINTEREST,
      code,
      'the scopes `ads:read` and `ads:write` to the token, and its user access to the ad account',
      exchange,
    );
  }
  if (status === 404) {
    return failDelivery(
      'stop',
      'NOT_FOUND',
      `Pinterest does not know what was asked for (${code}).`,
      'Check the ad account id and the customer list of the activation.',
      { exchange },
    );
  }
  if (status === 429) return slowDown(PINTEREST, afterMs, exchange);
  if (status === 408 || status >= 500) return outOfOrder(PINTEREST, code, exchange, afterMs);
  return batchRefused(PINTEREST, code, exchange);
}
