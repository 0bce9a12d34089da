import { facebook } from '../../../electron/destinations/facebook.ts';
import type { ActivationMode } from '../../../electron/domain/destination.ts';
import { graphError } from '../../support/vendors/facebook-errors.ts';
import { startFacebook } from '../../support/vendors/facebook.ts';
import type { DestinationFixture, DestinationWorld, VendorRefusal } from '../destination-fixture.ts';
import { describeDestination } from '../destination.contract.ts';
import { countKeys, emailOf, joinRow, listRefused, phoneOf, sha256 } from './people.ts';

async function start(access: 'full' | 'none'): Promise<DestinationWorld> {
  const vendor = await startFacebook(access === 'full' ? {} : { scopes: ['ads_read'] });
  const rows = (): string[] => [...vendor.audiences.values()].flatMap(({ members }) => [...members.rows()]);
  return {
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
    start,
  };
};

describeDestination('Meta custom audiences, added to', fixtureOf('add', true));
describeDestination('Meta custom audiences, replaced', fixtureOf('replace', false));
