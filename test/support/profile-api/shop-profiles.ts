import type { ApiSettings } from '../../../electron/profile-api/api-settings.ts';
import { digestOf, makeToken } from '../../../electron/profile-api/api-keys.ts';
import type { PartState, StoredProfile } from '../../../electron/profile-api/profile-store.ts';
import { mapStore } from './stores.ts';

export const AS_OF = '2026-11-01T06:00:00.000Z';
export const AS_OF_SECRET = '2026-11-01T05:45:00.000Z';
export const ORIGIN = 'https://shop.example';

/** Reads the part `basics`. */
export const BASICS_TOKEN = makeToken();
/** Reads both parts. */
export const ALL_TOKEN = makeToken();
export const REVOKED_TOKEN = makeToken();

const CREATED = '2026-10-01T00:00:00.000Z';

export const SETTINGS: ApiSettings = {
  port: 0,
  parts: [
    {
      id: 'basics',
      name: 'Basics',
      attributes: [
        { name: 'city', type: 'string' },
        { name: 'bread', type: 'number' },
        { name: 'is_member', type: 'boolean' },
        { name: 'interests', type: 'any' },
      ],
      audiences: [
        { id: 'high-bread', name: 'High bread' },
        { id: 'gold', name: 'Gold' },
      ],
    },
    {
      id: 'contact',
      name: 'Contact',
      attributes: [{ name: 'email', type: 'string' }],
      audiences: [
        { id: 'vip', name: 'VIP' },
        { id: 'gold', name: 'Gold' },
      ],
    },
  ],
  identifiers: ['email_sha256', 'phone'],
  keys: [
    { id: 'shop', name: 'Shop', sha256: digestOf(BASICS_TOKEN), parts: ['basics'], createdAt: CREATED },
    {
      id: 'service',
      name: 'Service desk',
      sha256: digestOf(ALL_TOKEN),
      parts: ['basics', 'contact', 'gone'],
      createdAt: CREATED,
    },
    {
      id: 'old',
      name: 'Old',
      sha256: digestOf(REVOKED_TOKEN),
      parts: ['basics', 'contact'],
      createdAt: CREATED,
      revokedAt: '2026-10-02T00:00:00.000Z',
    },
  ],
  origins: [ORIGIN],
  requestsPerSecond: 1_000_000,
  version: '1.2.3',
};

export const STATES: readonly PartState[] = [
  { id: 'basics', asOf: AS_OF, customers: 3 },
  { id: 'contact', asOf: AS_OF_SECRET, customers: undefined },
];

const BASICS = {
  attributes: { city: 'Zürich 🥖', bread: 0.5, is_member: true, interests: ['bread', null] },
  audiences: ['high-bread'],
};

function customer(id: string, basics: object | null, contact: object | null): [string, StoredProfile] {
  const parts = [basics, contact].map((part) => (part === null ? null : JSON.stringify(part)));
  return [id, { id, parts }];
}

/** Customer 1 is in both parts, 2 in the first only, 3 in the second only; ids that need escaping follow. */
export const CUSTOMERS: ReadonlyMap<string, StoredProfile> = new Map([
  customer('1', BASICS, { attributes: { email: 'ann@example.com' }, audiences: ['vip'] }),
  customer('2', { ...BASICS, audiences: [] }, null),
  customer('3', null, { attributes: { email: '"audiences":["gold"]' }, audiences: ['gold'] }),
  customer('a/b "ü"\\', BASICS, null),
]);

/** The store of these customers. */
export function shopStore() {
  const many = Array.from({ length: 20 }, () => '1');
  return mapStore(
    STATES,
    CUSTOMERS,
    new Map([
      ['email_sha256:00ff', ['1', '3']],
      ['phone:+41 44 000', ['2']],
      ['phone:many', many],
      ['phone:contact-only', ['3']],
    ]),
  );
}
