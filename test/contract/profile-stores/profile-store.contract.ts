import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  FilledProfileStore,
  IntakeRequest,
  StoredProfile,
} from '../../../electron/profile-api/profile-store.ts';
import { ProfileModel, type ModelRow } from './profile-model.ts';

/** How a store that this app fills is opened for a test. */
export interface ProfileStoreFixture {
  /** Opens an empty store. The test closes it. */
  open(names: Names): Promise<FilledProfileStore>;
  /** How many random histories are tried. */
  readonly histories: number;
}

interface Names {
  readonly parts: readonly string[];
  readonly identifiers: readonly string[];
}

const NAMES: Names = { parts: ['main', 'next-best', 'third'], identifiers: ['email_sha256', 'phone'] };
const AS_OF = '2026-11-01T06:00:00.500Z';
/** Among them what a quoting mistake would lose, and two whose order differs between UTF-8 and UTF-16. */
const IDS = [
  '1',
  '2',
  '10',
  "a'b",
  'a"b',
  'a\\b',
  ' x ',
  '{1,2}',
  'NULL',
  'é',
  '\uffee',
  '\u{1f4a7}',
  'Σ',
  'nobody',
];
const DOCUMENTS = [
  '{"attributes":{"a":null},"audiences":[]}',
  '{"attributes":{"a":"x"},"audiences":["high-bread"]}',
  '{"attributes":{"a":"\\"\\\\, {}\'$1"},"audiences":[]}',
  '{"attributes":{"a":"é💧"},"audiences":["a","b"]}',
];
const VALUES = ['e1', "e'2", 'NULL', ''];

type Act =
  | {
      readonly kind: 'intake';
      readonly part: number;
      readonly rows: readonly Row[];
      readonly isCommitted: boolean;
      readonly batch: number;
      readonly forgets: boolean;
    }
  | { readonly kind: 'forget'; readonly part: number };
type Row = readonly [id: string, row: ModelRow];

const part = fc.nat({ max: NAMES.parts.length - 1 });
const value = fc.option(fc.constantFrom(...VALUES));
const row = fc.tuple(
  fc.constantFrom(...IDS.slice(0, -1)),
  fc.record({ document: fc.constantFrom(...DOCUMENTS), values: fc.tuple(value, value) }),
);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('intake'),
      part,
      rows: fc.uniqueArray(row, { selector: ([id]) => id }),
      isCommitted: fc.boolean(),
      batch: fc.integer({ min: 1, max: 6 }),
      forgets: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget'), part }) },
);

/** Every store that this app fills must pass these. */
export function describeFilledStore(name: string, fixture: ProfileStoreFixture): void {
  const withStore = async (test: (store: FilledProfileStore) => Promise<void>): Promise<void> => {
    const store = await fixture.open(NAMES);
    try {
      await test(store);
    } finally {
      await store.close();
    }
  };

  describe(name, () => {
    it('answers like plain maps after every step of any history', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 8 }), (history) =>
          withStore(async (store) => {
            const model = new ProfileModel(NAMES.parts.length, NAMES.identifiers);
            const told = new Map<string, unknown>();
            await expectSame(store, model);
            for (const each of history) {
              await perform(store, model, each);
              await expectVersioned(store, told);
            }
          }),
        ),
        { numRuns: fixture.histories },
      );
    });

    it('shows two intakes at a time, each at its own commit', async () => {
      await withStore(async (store) => {
        const model = new ProfileModel(NAMES.parts.length, NAMES.identifiers);
        const first = await store.begin({ part: 0, identifiers: NAMES.identifiers });
        const second = await store.begin({ part: 1, identifiers: [] });
        const rows = (document: number): Row[] =>
          IDS.slice(0, 9).map((id) => [id, { document: DOCUMENTS[document] ?? '', values: [null, 'e1'] }]);
        await first.write(rowsOf(rows(1), true));
        await second.write(rowsOf(rows(2), false));
        await first.abort();
        await expectSame(store, model);
        await second.commit(AS_OF);
        model.replace(1, new Map(rows(2)), AS_OF);
        await expectSame(store, model);
      });
    });

    it('refuses a second intake of a part until the first has ended', async () => {
      await withStore(async (store) => {
        const request: IntakeRequest = { part: 1, identifiers: [] };
        const first = await store.begin(request);
        await expect(store.begin(request)).rejects.toMatchObject({ code: 'IN_USE' });
        await first.abort();
        await (await store.begin(request)).abort();
      });
    });

    it('shows a reader the old or the new profiles of all customers, and never a mix', async () => {
      await withStore(async (store) => {
        const ids = Array.from({ length: 20_000 }, (_, at) => String(at));
        await fill(store, ids, 'old');
        const seen = { old: 0, new: 0 };
        let [isStarted, isCommitted, isOver] = [false, false, false];
        const reader = (async () => {
          for (let turn = 0; !isOver; turn += 1) {
            const mustBeNew = isCommitted;
            const sample = Array.from({ length: 100 }, (_, at) =>
              String((at * 197 + turn * 31) % ids.length),
            );
            const found = await store.find(sample);
            const versions = new Set(found.map(versionOf));
            expect([...versions]).toHaveLength(1);
            if (mustBeNew) expect([...versions]).toEqual(['new']);
            seen[versions.has('new') ? 'new' : 'old'] += 1;
            // One value that moves from the first customer to the last: it is of one of them at any time.
            expect(await store.findIds('phone', 'moves', 10)).toHaveLength(1);
            isStarted = true;
            await nextTurn();
          }
        })();
        while (!isStarted) await nextTurn();
        const commit = fill(store, ids, 'new').then(() => (isCommitted = true));
        await commit;
        // Begins once what goes on in the background has ended.
        const next = await store.begin({ part: 0, identifiers: NAMES.identifiers });
        await next.abort();
        isOver = true;
        await reader;
        expect(Math.min(seen.old, seen.new)).toBeGreaterThan(0);
        expect(await store.findIds('phone', 'moves', 10)).toEqual([ids.at(-1)]);
      });
    });

    it('answers nothing once it is closed', async () => {
      const store = await fixture.open(NAMES);
      await fill(store, IDS, 'old');
      const intake = await store.begin({ part: 0, identifiers: [] });
      await intake.write({ ids: ['1'], documents: [document('new', 1)] });
      await store.close();
      expect(await store.find(IDS)).toEqual(IDS.map(() => undefined));
      expect(await store.findIds('phone', 'moves', 10)).toEqual([]);
      expect(store.parts().map(({ id, asOf }) => [id, asOf])).toEqual(
        NAMES.parts.map((id) => [id, undefined]),
      );
      await expect(intake.write({ ids: ['2'], documents: [document('new', 2)] })).rejects.toMatchObject({
        code: 'CANCELLED',
      });
      await expect(intake.commit(AS_OF)).rejects.toMatchObject({ code: 'CANCELLED' });
      await intake.abort();
      await expect(store.begin({ part: 1, identifiers: [] })).rejects.toMatchObject({ code: 'CANCELLED' });
      await store.forget(0);
      await store.close();
    });

    it('finds nobody by an unknown identifier, or by a text that no lakehouse holds', async () => {
      await withStore(async (store) => {
        await fill(store, IDS, 'old');
        expect(await store.findIds('unknown', 'moves', 10)).toEqual([]);
        expect(await store.findIds('phone', 'moves\0', 10)).toEqual([]);
        expect(await store.find(['1\0', '1', ''])).toEqual([
          undefined,
          expect.objectContaining({ id: '1' }),
          undefined,
        ]);
        expect(await store.find([])).toEqual([]);
      });
    });
  });
}

async function perform(store: FilledProfileStore, model: ProfileModel, each: Act): Promise<void> {
  if (each.kind === 'forget') {
    await store.forget(each.part);
    model.forget(each.part);
    await expectSame(store, model);
    return;
  }
  const carries = each.part === 0;
  const intake = await store.begin({ part: each.part, identifiers: carries ? NAMES.identifiers : [] });
  for (let at = 0; at < each.rows.length; at += each.batch) {
    await intake.write(rowsOf(each.rows.slice(at, at + each.batch), carries));
    await expectSame(store, model);
  }
  if (each.forgets) {
    await store.forget(each.part);
    model.forget(each.part);
    await expectSame(store, model);
  }
  if (!each.isCommitted) {
    await intake.abort();
    await expectSame(store, model);
    return;
  }
  const told = await intake.commit(AS_OF);
  const expected = model.replace(each.part, new Map(each.rows), AS_OF);
  // Where the part was forgotten meanwhile, a store may count by what it had before.
  if (!each.forgets) expect(told).toEqual(expected);
  await expectSame(store, model);
}

async function expectSame(store: FilledProfileStore, model: ProfileModel): Promise<void> {
  expect(await store.find(IDS)).toEqual(IDS.map((id) => model.find(id)));
  for (const identifier of NAMES.identifiers) {
    for (const each of VALUES) {
      expect(await store.findIds(identifier, each, 2)).toEqual(model.findIds(identifier, each, 2));
    }
  }
  const states = store.parts();
  expect(states.map(({ id }) => id)).toEqual(NAMES.parts);
  expect(states.map(({ asOf }) => asOf)).toEqual(model.asOf());
  for (const [at, { asOf, customers }] of states.entries()) {
    if (asOf !== undefined) expect(customers).toBe(model.customers(at));
  }
}

/** What is told under a version is the same under it for ever. `told` has what was told so far. */
async function expectVersioned(store: FilledProfileStore, told: Map<string, unknown>): Promise<void> {
  const version = store.version();
  if (version === undefined) return;
  const now = [store.parts(), await store.find(IDS)];
  expect(told.get(version) ?? now).toEqual(now);
  told.set(version, now);
}

function rowsOf(rows: readonly Row[], carries: boolean) {
  return {
    ids: rows.map(([id]) => id),
    documents: rows.map(([, each]) => each.document),
    ...(carries ? { identifiers: rows.map(([, each]) => each.values) } : {}),
  };
}

/** Fills the first part with a version of everybody. */
async function fill(store: FilledProfileStore, ids: readonly string[], version: string): Promise<void> {
  const intake = await store.begin({ part: 0, identifiers: NAMES.identifiers });
  const owner = version === 'old' ? 0 : ids.length - 1;
  for (let from = 0; from < ids.length; from += 500) {
    const slice = ids.slice(from, from + 500);
    await intake.write({
      ids: slice,
      documents: slice.map((_, at) => document(version, from + at)),
      identifiers: slice.map((_, at) => [null, from + at === owner ? 'moves' : null]),
    });
  }
  await intake.commit(AS_OF);
}

function document(version: string, number: number): string {
  return JSON.stringify({ attributes: { version, number }, audiences: [] });
}

function versionOf(profile: StoredProfile | undefined): string {
  return /"version":"(\w+)"/.exec(profile?.parts[0] ?? '')?.[1] ?? 'nobody';
}
