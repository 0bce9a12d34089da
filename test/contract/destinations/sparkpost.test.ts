import { sparkpost } from '../../../electron/destinations/sparkpost.ts';
import { sendingLimit, sparkPostError } from '../../support/vendors/sparkpost-errors.ts';
import { startSparkPost, type SparkPost } from '../../support/vendors/sparkpost.ts';
import type { DestinationFixture } from '../destination-fixture.ts';
import { describeDestination } from '../destination.contract.ts';
import { countKeys, emailOf, listRefused, nameOf } from './people.ts';

/** A PUT of a list that is not there yet is how it is found missing. */
function straysOf({ ignored, requests }: SparkPost): string[] {
  return [
    ...ignored,
    ...listRefused(requests.filter(({ method, status }) => method !== 'PUT' || status !== 404)),
  ];
}

const shared = {
  kind: sparkpost,
  fields: ['email', 'name', 'first_name'],
  wrongSecrets: { apiKey: 'key-of-somebody-else' },
  row: (number) => [emailOf(number), nameOf(number), nameOf(number + 1)],
  rowWithNull: (number) => [emailOf(number), null, null],
  keyOf: ([email]) => email ?? '',
  saysHowLong: true,
  refusals: [
    { name: '409/1602', answer: sparkPostError(409, '1602', 'resource conflict'), kinds: ['retry'] },
    {
      name: '400/1502',
      answer: sparkPostError(400, '1502', 'server resources unavailable'),
      kinds: ['retry'],
    },
    { name: '503/1900', answer: sparkPostError(503, '1900', 'service unavailable'), kinds: ['retry'] },
    { name: '400/7001', answer: sparkPostError(400, '7001', 'Invalid domain'), kinds: ['stop', 'reject'] },
    {
      name: '413',
      answer: sparkPostError(413, '1300', 'Request Entity Too Large'),
      kinds: ['reject', 'stop'],
    },
    {
      name: '422/1300',
      answer: sparkPostError(422, '1300', 'invalid data format/type'),
      kinds: ['reject', 'stop'],
    },
    { name: '420/2101', answer: sendingLimit('2101'), kinds: ['retry', 'stop'] },
    { name: '420/2102', answer: sendingLimit('2102'), kinds: ['retry', 'stop'] },
    { name: '420/2103', answer: sendingLimit('2103'), kinds: ['retry', 'stop'] },
  ],
} satisfies Partial<DestinationFixture>;

describeDestination('SparkPost recipient lists', {
  ...shared,
  mode: 'replace',
  carriesRows: ({ method, path }) => ['POST', 'PUT'].includes(method) && path.includes('/recipient-lists'),
  partial: {
    rows: [
      [emailOf(1), null, null],
      ['no address', null, null],
      [emailOf(2), null, null],
    ],
    refused: 1,
  },
  start: async (access) => {
    const vendor = await startSparkPost(access === 'full' ? {} : { grants: ['account', 'templates-read'] });
    return {
      settings: { region: 'us', baseUrl: vendor.url },
      secrets: { apiKey: vendor.apiKey },
      target: { what: 'list', listId: 'bundle-target', whenEmpty: 'keep' },
      received: () =>
        countKeys(
          [...vendor.lists.values()].flatMap(({ recipients }) => recipients.map(({ address }) => address)),
        ),
      containers: () => vendor.lists.size,
      fail: vendor.fail,
      strays: () => straysOf(vendor),
      close: vendor.close,
    };
  },
});

describeDestination('SparkPost transmissions', {
  ...shared,
  mode: 'send',
  carriesRows: ({ method, path }) => method === 'POST' && path.includes('/transmissions'),
  partial: {
    rows: [
      [emailOf(1), null, null],
      ['no address', null, null],
      [emailOf(2), null, null],
    ],
    refused: 1,
  },
  start: async (access) => {
    const vendor = await startSparkPost(access === 'full' ? {} : { grants: ['account', 'templates-read'] });
    return {
      settings: { region: 'us', baseUrl: vendor.url, settleMinutes: 0 },
      secrets: { apiKey: vendor.apiKey },
      target: { what: 'transmission', templateId: 'welcome', campaign: 'Frühling' },
      received: vendor.countMails,
      containers: () => 0,
      fail: vendor.fail,
      strays: () => straysOf(vendor),
      close: vendor.close,
    };
  },
});
