import { z } from 'zod';
import type { FieldSpec, Secrets, Settings } from '../domain/field-spec.ts';
import type { Recipe } from '../domain/recipe.ts';
import type { DestinationContext, DestinationField } from './destination.ts';
import { runStep, type TestStep } from '../domain/test-step.ts';
import { asRetry, invalidSetting, unreadableAnswer } from './failure.ts';
import { readJson, sendHttp, type HttpAnswer } from './http.ts';
import { onlyOne, readTargetId } from './named-target.ts';
import {
  apiAddressField,
  PHONE_COUNTRY,
  readBaseUrl,
  readPhoneCountry,
  readText,
  requireDigits,
  requireSecret,
} from './read-settings.ts';
import { classifyTiktok, PARTIAL, readEnvelope, TIKTOK } from './tiktok-error.ts';

const TIKTOK_URL = 'https://business-api.tiktok.com/open_api/v1.3';
const TIMEOUT_MS = 180_000;
const MOST_PAGES = 20;

/** What TikTok took: the envelope's data, and whether it took a part only (20001). */
export interface TiktokReply<T> {
  readonly data: T;
  readonly isPartial: boolean;
  readonly answer: HttpAnswer;
}

/** An advertiser to send requests to. */
export interface TiktokApi {
  readonly advertiserId: string;
  /** A POST; `path` begins and ends with a slash, which TikTok requires. @throws DeliveryFailure by the vendor's table of codes */
  post<T>(
    shape: z.ZodType<T>,
    path: string,
    body: string | FormData,
    signal: AbortSignal,
  ): Promise<TiktokReply<T>>;
  /** A GET, likewise. */
  get<T>(
    shape: z.ZodType<T>,
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<TiktokReply<T>>;
}

/** The account's form of both kinds. */
export const TIKTOK_SETTINGS: readonly FieldSpec[] = [
  {
    key: 'advertiserId',
    label: 'Advertiser id',
    kind: 'text',
    required: true,
    placeholder: '7000000000000000000',
    help: 'From TikTok Ads Manager.',
  },
  {
    key: 'token',
    label: 'Access token',
    kind: 'secret',
    required: true,
    help: 'Of an app with the scope Audience Management. It holds until it is revoked.',
  },
  {
    key: 'emailNormalisation',
    label: 'Email addresses before hashing',
    kind: 'select',
    required: true,
    initial: 'strict',
    options: [
      {
        value: 'strict',
        label: 'Without dots and +tags before the @',
        hint: 'As the API documentation says',
      },
      { value: 'basic', label: 'Trimmed and lower-cased', hint: 'As the newest help page says' },
    ],
    help: 'TikTok’s own pages differ. Removals keep the form that the members were added in.',
  },
  {
    key: 'phoneFormat',
    label: 'Phone numbers before hashing',
    kind: 'select',
    required: true,
    initial: 'e164_plus',
    options: [
      { value: 'e164_plus', label: 'With +, such as +15559876543', hint: 'As the API documentation says' },
      { value: 'digits', label: 'Digits only, such as 15559876543', hint: 'As the sample of the help page' },
    ],
    help: 'TikTok’s own pages differ. Removals keep the form that the members were added in.',
  },
  PHONE_COUNTRY,
  apiAddressField(TIKTOK_URL),
];

/** The fields of both kinds that a person is reached by. */
export const TIKTOK_CONTACTS: readonly DestinationField[] = [
  {
    key: 'EMAIL_SHA256',
    label: 'Email address',
    pii: ['email'],
    isIdentifier: true,
    recipe: hashEmail,
  },
  {
    key: 'PHONE_SHA256',
    label: 'Phone number',
    pii: ['phone'],
    isIdentifier: true,
    recipe: hashPhone,
  },
];

/** A field with the advertiser id of a device. */
export function tiktokDevice(key: string, label: string): DestinationField {
  return {
    key,
    label,
    pii: ['mobile-ad-id'],
    isIdentifier: true,
    recipe: () => ({ steps: ['uuid'], hash: 'sha256' }),
  };
}

/** How email addresses are hashed under these settings. */
function hashEmail(settings: Settings): Recipe {
  const isStrict = readText(settings, 'emailNormalisation', 'strict') !== 'basic';
  return {
    steps: [
      'trim',
      'no-space',
      'lowercase',
      ...(isStrict ? (['no-plus-tag', 'no-dots-in-local-part'] as const) : []),
      'email',
    ],
    hash: 'sha256',
  };
}

/** How phone numbers are hashed under these settings. */
function hashPhone(settings: Settings): Recipe {
  const isPlain = readText(settings, 'phoneFormat', 'e164_plus') === 'digits';
  return {
    steps: ['trim', 'e164', ...(isPlain ? (['digits'] as const) : [])],
    hash: 'sha256',
    ...readPhoneCountry(settings),
  };
}

/** The advertiser of these settings. @throws DeliveryFailure SETTINGS_INVALID */
export function openTiktok(settings: Settings, secrets: Secrets): TiktokApi {
  const base = readBaseUrl(settings, TIKTOK_URL);
  const advertiserId = requireDigits(settings, 'advertiserId', 'The advertiser id');
  // Without a scheme such as Bearer.
  const headers = { 'Access-Token': requireSecret(secrets, 'token', 'The access token') };
  return {
    advertiserId,
    post: async (shape, path, body, signal) => {
      const isForm = typeof body !== 'string';
      const answer = await sendHttp({
        method: 'POST',
        url: `${base}${path}`,
        // The boundary of a form comes from the client.
        headers: isForm ? headers : { ...headers, 'Content-Type': 'application/json' },
        body: isForm ? body : Buffer.from(body),
        timeoutMs: TIMEOUT_MS,
        signal,
      });
      return readReply(shape, answer);
    },
    get: async (shape, path, query, signal) => {
      const asked = new URLSearchParams(query).toString();
      const url = `${base}${path}${asked === '' ? '' : `?${asked}`}`;
      const answer = await sendHttp({ method: 'GET', url, headers, timeoutMs: TIMEOUT_MS, signal });
      try {
        return readReply(shape, answer);
      } catch (error) {
        // What only reads cannot have been taken.
        throw asRetry(error);
      }
    },
  };
}

function readReply<T>(shape: z.ZodType<T>, answer: HttpAnswer): TiktokReply<T> {
  const envelope = readEnvelope(readJson(answer.text));
  if (answer.status !== 200 || envelope === undefined) throw classifyTiktok(answer);
  if (envelope.code !== 0 && envelope.code !== PARTIAL) throw classifyTiktok(answer);
  const parsed = shape.safeParse(envelope.data ?? {});
  if (!parsed.success) throw unreadableAnswer(TIKTOK, answer.exchange);
  const note = envelope.request_id === undefined ? {} : { note: `request ${envelope.request_id}` };
  return {
    data: parsed.data,
    isPartial: envelope.code === PARTIAL,
    answer: { ...answer, exchange: { ...answer.exchange, ...note } },
  };
}

const Listed = z.object({
  list: z.array(z.object({ audience_id: z.coerce.string(), name: z.string().optional() })).default([]),
  page_info: z.object({ total_page: z.number().optional() }).optional(),
});

/** The id of the advertiser's audience of this name, or undefined. @throws DeliveryFailure SETTINGS_INVALID where several have it */
export async function findTiktokAudience(
  api: TiktokApi,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const found = new Set<string>();
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const query = { advertiser_id: api.advertiserId, page: String(page), page_size: '100' };
    const { data } = await api.get(Listed, '/dmp/custom_audience/list/', query, signal);
    for (const each of data.list) if (each.name === name) found.add(each.audience_id);
    if (page >= (data.page_info?.total_page ?? 1)) break;
  }
  return onlyOne(found, 'audienceName', 'audiences of the advertiser', name);
}

/** The target's audience by id or name; exactly one of the two is given. @throws DeliveryFailure SETTINGS_INVALID */
export function readTiktokTarget(
  target: Settings,
  longest: number,
): { readonly id: string } | { readonly name: string } {
  const id = readTargetId(target, 'audienceId', 'The audience id', 'Copy it from TikTok Ads Manager.');
  const name = readText(target, 'audienceName');
  if (id !== '') return { id };
  if (name !== '' && name.length <= longest) return { name };
  throw invalidSetting(
    'target.audienceName',
    name === ''
      ? 'The audience has neither a name nor an id.'
      : `The name of the audience is longer than ${longest} characters.`,
    'Enter the name of the audience in the activation.',
  );
}

/** The fields that name the audience, of both kinds. */
export const TIKTOK_TARGET: readonly FieldSpec[] = [
  {
    key: 'audienceName',
    label: 'Audience name',
    kind: 'text',
    required: false,
    help: 'Found by its name, or made where it does not exist.',
  },
  {
    key: 'audienceId',
    label: 'Audience id',
    kind: 'text',
    required: false,
    help: 'Of an existing audience, in place of its name.',
  },
];

/** Reads the user, the advertiser and its audiences. @throws DeliveryFailure at the failing step */
export async function testTiktok(
  { settings, secrets, signal }: DestinationContext,
  onStep: (step: TestStep) => void,
): Promise<void> {
  const api = openTiktok(settings, secrets);
  const anything = z.object({});
  await runStep(onStep, 'user', 'Sign in', async () => {
    await api.get(anything, '/user/info/', {}, signal);
    return undefined;
  });
  await runStep(onStep, 'advertiser', 'Read the advertiser', async () => {
    const query = { advertiser_ids: JSON.stringify([api.advertiserId]) };
    await api.get(anything, '/advertiser/info/', query, signal);
    return undefined;
  });
  await runStep(onStep, 'audiences', 'Read the audiences', async () => {
    const query = { advertiser_id: api.advertiserId, page: '1', page_size: '10' };
    await api.get(Listed, '/dmp/custom_audience/list/', query, signal);
    return 'That the token may write shows with the first delivery.';
  });
}
