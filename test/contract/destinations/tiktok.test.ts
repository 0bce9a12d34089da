import { describe, expect, it, onTestFinished } from 'vitest';
import { tiktokFile } from '../../../electron/destinations/tiktok-file.ts';
import { tiktok } from '../../../electron/destinations/tiktok.ts';
import type { ActivationMode } from '../../../electron/domain/destination.ts';
import { tikTokError } from '../../support/vendors/tiktok-answers.ts';
import { startTikTok, type TikTok } from '../../support/vendors/tiktok.ts';
import { drive, failureOf, newJournal } from '../destination-driver.ts';
import type { DestinationFixture, DestinationWorld, Row, VendorRefusal } from '../destination-fixture.ts';
import { describeDestination } from '../destination.contract.ts';
import { countKeys, emailOf, listRefused, phoneOf, sha256 } from './people.ts';

type Refusal = readonly [
  kinds: VendorRefusal['kinds'],
  code: VendorRefusal['code'],
  codes: readonly number[],
];

/** Return codes of the API, by who acts next. */
const REFUSALS: readonly Refusal[] = [
  [['retry'], 'RATE_LIMITED', [40_016, 40_100, 40_133]],
  [['retry'], undefined, [40_201, 40_202, 40_700, 50_000, 50_002, 51_305, 60_001]],
  [['stop'], 'AUTH_FAILED', [40_102, 40_104, 40_105, 40_113, 40_118, 40_125]],
  [['stop'], 'PERMISSION_DENIED', [40_001]],
  [['reject', 'stop', 'retry'], undefined, [40_000, 40_002, 40_006, 40_007, 40_011, 40_300, 40_900, 40_909]],
];

const refusals: readonly VendorRefusal[] = REFUSALS.flatMap(([kinds, code, codes]) =>
  codes.map((number) => ({
    name: String(number),
    answer: tikTokError(number, 'An error of the appendix'),
    kinds,
    ...(code === undefined ? {} : { code }),
  })),
);

/** The emulator keeps identifiers, not people: a person counts by the phone number, which every row has. */
const shared = {
  fields: ['EMAIL_SHA256', 'PHONE_SHA256'],
  wrongSecrets: { token: 'tiktok-token-of-somebody-else' },
  row: (number: number): Row => [sha256(emailOf(number)), sha256(`+${phoneOf(number)}`)],
  rowWithNull: (number: number): Row => [null, sha256(`+${phoneOf(number)}`)],
  keyOf: ([, phone]: Row): string => phone ?? '',
  // TikTok sends neither a header nor a time with its refusal.
  saysHowLong: false,
  refusals,
};

function phonesOf(sets: Iterable<{ readonly members: ReadonlySet<string> }>): Map<string, number> {
  const all = [...sets].flatMap(({ members }) => [...members]);
  return countKeys(
    all.filter((each) => each.startsWith('PHONE')).map((each) => each.slice('PHONE_SHA256:'.length)),
  );
}

function worldOf(vendor: TikTok, more: Pick<DestinationWorld, 'received' | 'containers'>): DestinationWorld {
  return {
    settings: { advertiserId: vendor.advertiserId, baseUrl: vendor.url },
    secrets: { token: vendor.token },
    target: { audienceName: 'Paid media' },
    fail: vendor.fail,
    strays: () => listRefused(vendor.requests),
    close: vendor.close,
    ...more,
  };
}

describeDestination('TikTok streaming audiences', {
  ...shared,
  kind: tiktok,
  mode: 'add',
  carriesRows: ({ path }) => path.endsWith('/segment/mapping/'),
  makesContainer: ({ path }) => path.endsWith('/segment/audience/'),
  start: async (access) => {
    const vendor = await startTikTok({ mayWrite: access === 'full' });
    return worldOf(vendor, {
      received: () => phonesOf(vendor.segments.values()),
      containers: () => vendor.segments.size,
    });
  },
});

function fileWorldOf(vendor: TikTok): DestinationWorld {
  return worldOf(vendor, {
    received: () => phonesOf(vendor.audiences.values()),
    containers: () => vendor.audiences.size,
  });
}

const files = (mode: ActivationMode): DestinationFixture => ({
  ...shared,
  kind: tiktokFile,
  mode,
  carriesRows: ({ path }) => path.endsWith('/file/upload/'),
  makesContainer: ({ path }) => path.endsWith('/custom_audience/create/'),
  start: async (access) => {
    const vendor = await startTikTok({ mayWrite: access === 'full', minimumSize: 1 });
    return fileWorldOf(vendor);
  },
});

describeDestination('TikTok audiences of files, added to', files('add'));
describeDestination('TikTok audiences of files, replaced', files('replace'));

describe('a TikTok audience of files that is there', () => {
  const people = (from: number, count: number): Row[] =>
    Array.from({ length: count }, (_, at) => shared.row(from + at));

  it.each([
    ['add', 'APPEND', [0, 1, 2, 3, 4]],
    ['remove', 'REMOVE', [0, 1]],
    ['replace', 'REPLACE', [2, 3, 4]],
  ] as const)('is changed by %s', async (mode, action, left) => {
    const vendor = await startTikTok({ minimumSize: 1 });
    onTestFinished(vendor.close);
    const world = fileWorldOf(vendor);
    await drive(files('add'), world, people(0, mode === 'remove' ? 5 : 3));
    const op = mode === 'remove' ? 'remove' : 'add';
    await drive(files(mode), world, people(2, 3), { op, batchRows: 2 });
    expect(new Set(world.received().keys())).toEqual(
      new Set(left.map((number) => shared.keyOf(shared.row(number)))),
    );
    const [audience] = [...vendor.audiences.values()];
    expect(audience?.history).toEqual(['CREATE', action]);
  });

  it('is changed later while TikTok still processes it', async () => {
    const vendor = await startTikTok({ minimumSize: 1, settleReads: 1000 });
    onTestFinished(vendor.close);
    const world = fileWorldOf(vendor);
    await drive(files('add'), world, people(0, 2));
    const journal = newJournal();
    const failure = await failureOf(
      files('add'),
      world,
      drive(files('add'), world, people(2, 2), { journal }),
    );
    expect(failure.kind).toBe('retry');
    for (const audience of vendor.audiences.values()) audience.settling = 0;
    await drive(files('add'), world, people(2, 2), { journal });
    expect(world.received().size).toBe(4);
    expect(world.containers()).toBe(1);
  });
});
