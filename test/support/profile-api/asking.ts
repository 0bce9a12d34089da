import type { ApiSettings } from '../../../electron/profile-api/api-settings.ts';
import { ALL_TOKEN, AS_OF, AS_OF_SECRET, SETTINGS } from './shop-profiles.ts';
import { type Asking, type Reply, startApi, type TestApi } from './start-api.ts';

/** Customer 1 of the shop, as a key for all parts is told. */
export const PROFILE_1 = {
  customerId: '1',
  parts: {
    basics: {
      asOf: AS_OF,
      attributes: { city: 'Zürich 🥖', bread: 0.5, is_member: true, interests: ['bread', null] },
      audiences: ['high-bread'],
    },
    contact: { asOf: AS_OF_SECRET, attributes: { email: 'ann@example.com' }, audiences: ['vip'] },
  },
};

/** Acts with a server that is stopped afterwards. */
export async function withApi(
  options: Parameters<typeof startApi>[0],
  act: (api: TestApi) => Promise<void>,
): Promise<void> {
  const api = await startApi(options);
  try {
    await act(api);
  } finally {
    await api.stop();
  }
}

/** The shop's settings with some changes. */
export function withSettings(changes: Partial<ApiSettings>): { settings: ApiSettings } {
  return { settings: { ...SETTINGS, ...changes } };
}

export function json(reply: Reply): unknown {
  return JSON.parse(reply.body);
}

/** A request for several customers, by the key for all parts. */
export function batchOf(...customerIds: readonly unknown[]): Asking {
  return {
    method: 'POST',
    token: ALL_TOKEN,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ customerIds }),
  };
}

/** What an answer says, without the instant at which it was given. */
export function unstamped({ status, headers, body }: Reply): unknown {
  const { date, ...rest } = headers;
  if (date === undefined) throw new Error('The answer has no Date.');
  return { status, headers: rest, body };
}
