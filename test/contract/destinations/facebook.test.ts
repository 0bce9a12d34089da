import { describe, expect, it, onTestFinished } from 'vitest';
import { facebook } from '../../../electron/destinations/facebook.ts';
import type { ActivationMode } from '../../../electron/domain/destination.ts';
import { graphError } from '../../support/vendors/facebook-errors.ts';
import { startFacebook, type Facebook, type FacebookOptions } from '../../support/vendors/facebook.ts';
import { drive, failureOf, newJournal } from '../destination-driver.ts';
import type { DestinationFixture, DestinationWorld, Row, VendorRefusal } from '../destination-fixture.ts';
import { describeDestination } from '../destination.contract.ts';
import { countKeys, emailOf, joinRow, listRefused, phoneOf, sha256 } from './people.ts';

interface FacebookWorld extends DestinationWorld {
  readonly vendor: Facebook;
}

async function start(access: 'full' | 'none', options: FacebookOptions = {}): Promise<FacebookWorld> {
  const vendor = await startFacebook({ ...options, ...(access === 'full' ? {} : { scopes: ['ads_read'] }) });
  const rows = (): string[] => [...vendor.audiences.values()].flatMap(({ members }) => [...members.rows()]);
  return {
    vendor,
    settings: { adAccountId: vendor.accountId, apiVersion: 'v25.0', baseUrl: vendor.url },
    secrets: { token: vendor.token },
    target: { audienceName: 'Paid media', customerFileSource: 'USER_PROVIDED_ONLY' },
    // The emulator names each value by its key of the schema.
    received: () => countKeys(rows().map((row) => row.replaceAll(/(^|\|)[A-Z_]+:/g, '$1'))),
    containers: () => vendor.audiences.size,
    fail: vendor.fail,
    strays: () => listRefused(vendor.requests),
    close: vendor.close,
  };
}

type Refusal = readonly [
  kinds: VendorRefusal['kinds'],
  code: VendorRefusal['code'],
  codes: readonly (readonly [number, number?])[],
];

/** Error reference of the Marketing API; the groups are those of who acts next. */
const REFUSALS: readonly Refusal[] = [
  [
    ['retry'],
    undefined,
    [[1], [2], [4, 1_504_022], [17, 2_446_079], [341], [613, 1_487_742], [80_003], [5000]],
  ],
  [['retry'], undefined, [[803], [2650, 1_870_145]]],
  [['stop'], 'AUTH_FAILED', [[190, 460], [190, 463], [102]]],
  [['stop'], 'PERMISSION_DENIED', [[10], [200], [294]]],
  [
    ['stop'],
    undefined,
    [
      [100, 33],
      [100, 1_713_230],
      [200, 1_870_034],
      [200, 1_870_090],
      [200, 1_870_050],
    ],
  ],
  [['stop'], undefined, [[368], [2635]]],
  [['stop', 'reject'], undefined, [[100], [105], [200, 1_870_047]]],
];

const refusals: readonly VendorRefusal[] = REFUSALS.flatMap(([kinds, code, codes]) =>
  codes.map(([number, subcode]) => ({
    name: subcode === undefined ? String(number) : `${number}/${subcode}`,
    answer: graphError(number, subcode, 'An error of the reference'),
    kinds,
    ...(code === undefined ? {} : { code }),
  })),
);

const fixtureOf = (mode: ActivationMode, withOwnId: boolean): DestinationFixture => {
  const own = (number: number): string[] => (withOwnId ? [`Kunde-Ω-${number}`] : []);
  const people = (number: number): string[] => [
    sha256(emailOf(number)),
    sha256(phoneOf(number)),
    ...own(number),
  ];
  return {
    kind: facebook,
    mode,
    fields: ['EMAIL', 'PHONE', ...(withOwnId ? ['EXTERN_ID'] : [])],
    wrongSecrets: { token: 'EAAtokenOfSomebodyElse' },
    row: people,
    rowWithNull: (number) => [null, ...people(number).slice(1)],
    keyOf: joinRow,
    carriesRows: ({ path }) => /\/users(replace)?$/.test(path),
    makesContainer: ({ method, path }) => method === 'POST' && path.endsWith('/customaudiences'),
    saysHowLong: true,
    refusals,
    partial: { rows: [people(1), ['not hashed at all', ...people(2).slice(1)], people(3)], refused: 1 },
    start: async (access) => start(access),
  };
};

const replacing = fixtureOf('replace', false);

describeDestination('Meta custom audiences, added to', fixtureOf('add', true));
describeDestination('Meta custom audiences, replaced', replacing);

describe('a replaced Meta custom audience', () => {
  const people = (from: number, count: number): Row[] =>
    Array.from({ length: count }, (_, at) => replacing.row(from + at));

  it('keeps nobody of before, and ends its session', async () => {
    const world = await start('full');
    onTestFinished(world.close);
    await drive(replacing, world, people(0, 4), { batchRows: 2 });
    await drive(replacing, world, people(3, 5), { batchRows: 2 });
    expect(new Set(world.received().keys())).toEqual(new Set(people(3, 5).map(joinRow)));
    const [audience, ...others] = [...world.vendor.audiences.values()];
    expect(others).toEqual([]);
    expect(
      [...(audience?.sessions.values() ?? [])].map(({ isFinished, sequences }) => [
        isFinished,
        [...sequences],
      ]),
    ).toEqual([
      [true, [1, 2]],
      [true, [1, 2, 3]],
    ]);
  });

  it('is asked again while another replacement is under way', async () => {
    const world = await start('full', { settleReads: 1000 });
    onTestFinished(world.close);
    await drive(replacing, world, people(0, 2));
    const journal = newJournal();
    const failure = await failureOf(replacing, world, drive(replacing, world, people(5, 2), { journal }));
    expect(failure.kind).toBe('retry');
    // The other one ends.
    for (const audience of world.vendor.audiences.values()) audience.settling = 0;
    await drive(replacing, world, people(5, 2), { journal });
    expect(new Set(world.received().keys())).toEqual(new Set(people(5, 2).map(joinRow)));
  });

  it('survives the race after an audience is made', async () => {
    const world = await start('full', { racesAfterCreate: true });
    onTestFinished(world.close);
    const journal = newJournal();
    const failure = await failureOf(replacing, world, drive(replacing, world, people(0, 2), { journal }));
    expect(failure.kind).toBe('retry');
    await drive(replacing, world, people(0, 2), { journal });
    expect(world.received().size).toBe(2);
    expect(world.containers()).toBe(1);
  });
});

describe('the proof of a Meta app', () => {
  it('goes with each request', async () => {
    const appSecret = 'secret-of-the-app-0123456789';
    const world = await start('full', { appSecret });
    onTestFinished(world.close);
    const withProof = { ...world, secrets: { ...world.secrets, appSecret } };
    await drive(replacing, withProof, [replacing.row(1)]);
    expect(world.received().size).toBe(1);
    expect(world.vendor.requests.filter(({ isRefused }) => isRefused)).toEqual([]);
  });
});
