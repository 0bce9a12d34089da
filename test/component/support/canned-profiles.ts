import type { CustomerProfile, ProfileStoreView } from '../../../electron/contract/contract.ts';
import type { LatencySecond, ProfilePart } from '../../../electron/domain/profile-api.ts';
import { BUNDLE, TRACE } from './canned-journeys.ts';
import { AS_OF } from './canned-lakehouse.ts';

/** Kinds of store as the engine describes them, shortened: the real ones load Node. */
export const STORES: ProfileStoreView[] = [
  { kind: 'memory', label: 'Memory', description: 'In the memory of this computer.', settings: [] },
  {
    kind: 'postgres',
    label: 'PostgreSQL',
    description: 'A table of a PostgreSQL server, such as Lakebase.',
    settings: [
      { key: 'host', label: 'Host', kind: 'text', required: true },
      { key: 'port', label: 'Port', kind: 'number', required: true, initial: 5432 },
      { key: 'password', label: 'Password', kind: 'secret', required: true },
    ],
  },
];

/** A part as it was saved. */
export const PART: ProfilePart = {
  id: 'basics',
  name: 'Basics',
  columns: [
    { kind: 'attribute', entity: 'customer', column: 'city' },
    { kind: 'trait', trait: 'total-spend-12-months' },
  ],
  audiences: ['everyone'],
};

/** A member of one audience of two, to whom a journey sent something. */
export const CUSTOMER_7: CustomerProfile = {
  customerId: '7',
  asOf: AS_OF,
  attributes: [
    { entity: 'Household', label: 'E-mail', value: 'seven@example.com', masked: true },
    { entity: 'Household', label: 'City', value: 'Lyon', masked: false },
    { entity: 'Loyalty', label: 'Tier', value: null, masked: false },
  ],
  traits: [{ label: 'Total spend, 12 months', value: '120.50' }],
  audiences: [
    {
      id: 'low-bread',
      name: 'Low bread',
      isMember: false,
      conditions: [
        { text: 'City is London', isMet: false },
        { text: 'Total spend, 12 months is above 100', isMet: true },
      ],
    },
    {
      id: 'everyone',
      name: 'Everyone',
      isMember: true,
      conditions: [{ text: 'City is not empty', isMet: true }],
    },
  ],
  journeys: [{ id: BUNDLE.id, name: BUNDLE.name, rows: [...TRACE.rows].reverse() }],
};

/** Seconds with requests up to `now` (milliseconds since 1970): every other one, with a slow one among them. */
export function makeLatency(now: number, count = 200): LatencySecond[] {
  return Array.from({ length: count }, (_, at) => ({
    at: new Date((Math.floor(now / 1000) - 2 * (count - at)) * 1000).toISOString(),
    requests: 400 + ((at * 37) % 200),
    errors: at % 9 === 0 ? 3 : 0,
    p50: 0.2 + (at % 7) / 40,
    p99: at === count - 10 ? 9.5 : 1 + (at % 11) / 5,
  }));
}
