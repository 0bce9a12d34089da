import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Secrets, Settings } from '../domain/field-spec.ts';
import { invalidSetting } from './failure.ts';
import { classifyFacebook, readGraphError } from './facebook-error.ts';
import { readJson, sendHttp, type HttpAnswer, type HttpRequest } from './http.ts';
import { readBaseUrl, readText, requireDigits, requireSecret } from './read-settings.ts';

/** The Graph API's own address; the version follows it. */
export const GRAPH_URL = 'https://graph.facebook.com';
/** The version that Meta's guides pin (Customer File Custom Audiences, v25.0). */
export const GRAPH_VERSION = 'v25.0';
const TIMEOUT_MS = 120_000;

/** An ad account to send requests to. */
export interface FacebookApi {
  /** `act_` and the digits. */
  readonly account: string;
  readonly token: string;
  /**
   * The JSON of a good answer. `path` has no slash at its begin; `query` goes beside the proof.
   * @throws DeliveryFailure by the vendor's table of codes, also where an error comes with status 200
   */
  ask(
    method: HttpRequest['method'],
    path: string,
    signal: AbortSignal,
    more?: { readonly query?: Readonly<Record<string, string>>; readonly body?: string },
  ): Promise<{ readonly json: unknown; readonly answer: HttpAnswer }>;
}

/** The ad account of these settings. @throws DeliveryFailure SETTINGS_INVALID */
export function openFacebook(settings: Settings, secrets: Secrets): FacebookApi {
  const token = requireSecret(secrets, 'token', 'The access token');
  const account = `act_${requireDigits(settings, 'adAccountId', 'The ad account id', 'act_')}`;
  const base = `${readBaseUrl(settings, GRAPH_URL)}/${readVersion(settings)}`;
  const proof = proveSecret(secrets, token);
  return {
    account,
    token,
    ask: async (method, path, signal, { query = {}, body } = {}) => {
      const parameters = new URLSearchParams({ ...query, ...proof }).toString();
      const answer = await sendHttp({
        method,
        url: `${base}/${path}${parameters === '' ? '' : `?${parameters}`}`,
        headers: {
          Authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: Buffer.from(body) }),
        timeoutMs: TIMEOUT_MS,
        signal,
      });
      const json = readJson(answer.text);
      if (answer.status !== 200 || json === undefined || readGraphError(json) !== undefined) {
        throw classifyFacebook(answer);
      }
      return { json, answer };
    },
  };
}

function readVersion(settings: Settings): string {
  const version = readText(settings, 'apiVersion', GRAPH_VERSION);
  if (/^v\d{1,3}\.\d{1,2}$/.test(version)) return version;
  throw invalidSetting(
    'settings.apiVersion',
    'The API version is not one of Meta.',
    'Use one such as v25.0.',
  );
}

/** `appsecret_proof`: HMAC-SHA256 of the token under the app's secret (from memory of the Graph API guide; unconfirmed). */
function proveSecret(secrets: Secrets, token: string): Readonly<Record<string, string>> {
  const secret = (secrets['appSecret'] ?? '').trim();
  if (secret === '') return {};
  return { appsecret_proof: createHmac('sha256', secret).update(token).digest('hex') };
}

/** An audience as it is found or read. Ids are digits; the numeric status is known for 471 only. */
export const AudienceShape = z.object({
  id: z.string(),
  name: z.string().optional(),
  subtype: z.string().optional(),
  operation_status: z.object({ code: z.number().optional() }).optional(),
});

/** A page of audiences; `next` is there where another follows. */
export const AudiencePage = z.object({
  data: z.array(AudienceShape),
  paging: z
    .object({ next: z.string().optional(), cursors: z.object({ after: z.string().optional() }).optional() })
    .optional(),
});
