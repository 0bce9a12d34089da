import { describe, expect, it, onTestFinished } from 'vitest';
import type { Delivery } from '../../../electron/destinations/destination.ts';
import { sparkpost } from '../../../electron/destinations/sparkpost.ts';
import { batchOf } from '../../support/batch.ts';
import { sendingLimit, sparkPostError } from '../../support/vendors/sparkpost-errors.ts';
import { startSparkPost, type SparkPost } from '../../support/vendors/sparkpost.ts';
import type { FaultKind } from '../../support/vendors/vendor-fault.ts';
import { drive, failureOf, openDelivery } from '../destination-driver.ts';
import type { DestinationFixture, DestinationWorld } from '../destination-fixture.ts';
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
  partial: {
    rows: [
      [emailOf(1), null, null],
      ['no address', null, null],
      [emailOf(2), null, null],
    ],
    refused: 1,
  },
} satisfies Partial<DestinationFixture>;

const lists: DestinationFixture = {
  ...shared,
  mode: 'replace',
  carriesRows: ({ method, path }) => ['POST', 'PUT'].includes(method) && path.includes('/recipient-lists'),
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
};

describeDestination('SparkPost recipient lists', lists);

describe('a SparkPost list of an audience that became empty', () => {
  it.each([
    ['keep', 2],
    ['delete', 0],
  ])('is treated as the target says: %s', async (whenEmpty, left) => {
    const world = await lists.start('full');
    onTestFinished(world.close);
    await drive(lists, world, [lists.row(1), lists.row(2)]);
    await drive(lists, { ...world, target: { ...world.target, whenEmpty } }, []);
    expect(world.received().size).toBe(left);
  });
});

async function startMailing(
  access: 'full' | 'none',
  settleMinutes: number,
): Promise<DestinationWorld & { vendor: SparkPost }> {
  const vendor = await startSparkPost(access === 'full' ? {} : { grants: ['account', 'templates-read'] });
  return {
    vendor,
    settings: { region: 'us', baseUrl: vendor.url, settleMinutes },
    secrets: { apiKey: vendor.apiKey },
    target: { what: 'transmission', templateId: 'welcome', campaign: 'Frühling' },
    received: vendor.countMails,
    containers: () => 0,
    fail: vendor.fail,
    strays: () => straysOf(vendor),
    close: vendor.close,
  };
}

const transmissions: DestinationFixture = {
  ...shared,
  mode: 'send',
  carriesRows: ({ method, path }) => method === 'POST' && path.includes('/transmissions'),
  start: async (access) => startMailing(access, 0),
};

describeDestination('SparkPost transmissions', transmissions);

describe('a SparkPost transmission with an unknown outcome', () => {
  const batch = batchOf([shared.row(1), shared.row(2)]);
  const { signal } = new AbortController();
  const minutesAgo = (minutes: number): number => Date.now() - minutes * 60_000;

  async function sendUnknown(fault: FaultKind): Promise<{ vendor: SparkPost; delivery: Delivery }> {
    const world = await startMailing('full', 15);
    onTestFinished(world.close);
    const delivery = await openDelivery(transmissions, world, 2);
    world.fail({ ...fault, on: transmissions.carriesRows });
    const failure = await failureOf(transmissions, world, delivery.send(batch, signal), batch.rows);
    expect(failure.kind).toBe('unknown');
    return { vendor: world.vendor, delivery };
  }

  it('stays unknown until its events are there, then counts as taken', async () => {
    const { vendor, delivery } = await sendUnknown({ kind: 'timeoutAfterAccept', holdMs: 20 });
    vendor.delayEvents(Infinity);
    expect(await delivery.resolve?.(batch, minutesAgo(1), signal)).toBe('unknown');
    vendor.delayEvents(0);
    expect(await delivery.resolve?.(batch, minutesAgo(1), signal)).toBe('taken');
  });

  it('counts as not taken only once the events had their time', async () => {
    const { delivery } = await sendUnknown({ kind: 'cutBeforeAccept' });
    expect(await delivery.resolve?.(batch, minutesAgo(14), signal)).toBe('unknown');
    expect(await delivery.resolve?.(batch, minutesAgo(16), signal)).toBe('not-taken');
  });

  it('takes no other batch or run for it', async () => {
    const { vendor, delivery } = await sendUnknown({ kind: 'cutBeforeAccept' });
    await delivery.send({ ...batch, number: 11 }, signal);
    expect(vendor.mails).toHaveLength(2);
    expect(await delivery.resolve?.(batch, minutesAgo(16), signal)).toBe('not-taken');
  });
});
