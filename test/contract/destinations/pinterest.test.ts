import { pinterest } from '../../../electron/destinations/pinterest.ts';
import { pinterestError, startPinterest } from '../../support/vendors/pinterest.ts';
import { describeDestination } from '../destination.contract.ts';
import { countKeys, emailOf, joinRow, listRefused, sha256 } from './people.ts';

describeDestination('Pinterest customer lists', {
  kind: pinterest,
  mode: 'add',
  fields: ['EMAIL'],
  wrongSecrets: { token: 'pina_OF_SOMEBODY_ELSE' },
  row: (number) => [sha256(emailOf(number))],
  keyOf: joinRow,
  carriesRows: ({ method, path }) => ['POST', 'PATCH'].includes(method) && path.includes('/customer_lists'),
  makesContainer: ({ method, path }) => method === 'POST' && path.endsWith('/customer_lists'),
  saysHowLong: true,
  refusals: [
    { name: '400', answer: pinterestError(400, 1, 'Invalid parameters.'), kinds: ['reject', 'stop'] },
    {
      name: '401/2',
      answer: pinterestError(401, 2, 'Authentication failed.'),
      kinds: ['stop'],
      code: 'AUTH_FAILED',
    },
    {
      name: '403/29',
      answer: pinterestError(403, 29, 'Not permitted.'),
      kinds: ['stop'],
      code: 'PERMISSION_DENIED',
    },
    { name: '404/2', answer: pinterestError(404, 2, 'Not found.'), kinds: ['stop'], code: 'NOT_FOUND' },
    { name: '429/8', answer: pinterestError(429, 8, 'Too many.'), kinds: ['retry'], code: 'RATE_LIMITED' },
  ],
  start: async (access) => {
    const vendor = await startPinterest(
      access === 'full' ? {} : { scopes: ['user_accounts:read', 'ads:read'] },
    );
    return {
      settings: { adAccountId: vendor.adAccountId, baseUrl: vendor.url },
      secrets: { token: vendor.token },
      target: { listName: 'Paid media', audienceName: 'Paid media' },
      received: () => countKeys([...vendor.lists.values()].flatMap(({ members }) => [...members])),
      containers: () => Math.max(vendor.lists.size, vendor.audiences.size),
      fail: vendor.fail,
      strays: () => listRefused(vendor.requests),
      close: vendor.close,
    };
  },
});
