import { webhook } from '../../../electron/destinations/webhook.ts';
import { startWebhook } from '../../support/vendors/webhook.ts';
import { describeDestination } from '../destination.contract.ts';
import { countKeys, emailOf, listRefused, nameOf } from './people.ts';

describeDestination('Webhooks', {
  kind: webhook,
  mode: 'add',
  fields: ['email', 'name'],
  wrongSecrets: { signingSecret: 'whsec-of-somebody-else' },
  row: (number) => [emailOf(number), nameOf(number)],
  rowWithNull: (number) => [emailOf(number), null],
  keyOf: ([email]) => email ?? '',
  carriesRows: ({ method }) => method === 'POST',
  saysHowLong: true,
  refusals: [
    { name: '404', answer: { status: 404 }, kinds: ['stop'], code: 'NOT_FOUND' },
    { name: '413', answer: { status: 413 }, kinds: ['reject', 'stop'] },
    { name: '422', answer: { status: 422, json: {} }, kinds: ['reject', 'stop'] },
    { name: '302', answer: { status: 302, headers: { location: 'https://example.com/' } }, kinds: ['stop'] },
  ],
  partial: {
    rows: [
      [emailOf(1), null],
      [emailOf(2), 'refuse me'],
      [emailOf(3), null],
    ],
    refused: 1,
  },
  start: async (access) => {
    const receiver = await startWebhook({
      ...(access === 'full' ? {} : { header: { name: 'X-Api-Key', value: 'of the gateway' } }),
      reject: ([, name]) => (name === 'refuse me' ? 'not_wanted' : undefined),
    });
    return {
      settings: { url: receiver.url },
      secrets: { signingSecret: receiver.secret },
      target: {},
      received: () => {
        const counts = countKeys([]);
        for (const { op, rows } of receiver.deliveries) {
          for (const [email] of rows) {
            const key = String(email);
            const left = (counts.get(key) ?? 0) + (op === 'add' ? 1 : -1);
            if (left === 0) counts.delete(key);
            else counts.set(key, left);
          }
        }
        return counts;
      },
      containers: () => 0,
      fail: receiver.fail,
      strays: () => listRefused(receiver.requests),
      close: receiver.close,
    };
  },
});
