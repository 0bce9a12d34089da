import { describe, expect, it, onTestFinished } from 'vitest';
import type { Secrets, Settings } from '../../../electron/domain/field-spec.ts';
import type { ActivationRun } from '../../../electron/domain/run.ts';
import { type Person, Shop } from '../../support/activation-shop.ts';
import { failureOf } from '../../support/engine.ts';
import type { KillWorld } from '../../support/kill/worlds.ts';
import { PEOPLE, peopleFile } from '../../support/many-people.ts';
import type { Fault, FaultKind } from '../../support/vendors/vendor-fault.ts';
import type { VendorServer } from '../../support/vendors/vendor-server.ts';

/** What the suite must know of a destination that takes batches, to run activations to it. */
export interface RunnerFixture {
  readonly start: () => Promise<KillWorld>;
  readonly wrongSecrets: Secrets;
  /** In place of those that are too patient for a test. */
  readonly settings?: Settings;
  /** What becomes of those who are there when the audience is empty. */
  readonly whenEmpty: 'all go' | 'all stay' | 'refused';
  /** Whether rows without a valid e-mail are rejected; a destination without identifiers takes them. */
  readonly hasIdentifiers: boolean;
  /** The shortest time that the vendor can ask to wait, in seconds. */
  readonly retryAfterS?: number;
  /** After a cancel in its middle, a replacement keeps others from beginning for so long, in milliseconds. */
  readonly heldUpMs?: number;
}

const BATCH = 4;

export const people = (count: number, from = 0): Person[] =>
  Array.from({ length: count }, (_, at) => ({
    id: `c${from + at}`,
    email: `person-${from + at}@example.com`,
    phone: null,
  }));

/** A destination with an engine before it. */
interface World {
  readonly world: KillWorld;
  readonly vendor: VendorServer;
  readonly shop: Shop;
  /** Lets coming requests with rows fail. */
  readonly fail: (fault: FaultKind, more?: Pick<Fault, 'times'>) => void;
  /** Expects these people there, each once, and nobody else. */
  readonly expectHeld: (run: ActivationRun, who: readonly Person[]) => void;
}

async function begin(fixture: RunnerFixture, who: readonly Person[] | 'many'): Promise<World> {
  const world = await fixture.start();
  onTestFinished(world.close);
  const { vendor } = world;
  if (vendor === undefined) throw new Error('There is no emulator.');
  const destined = { ...world, settings: { ...world.settings, ...fixture.settings } };
  const source = who === 'many' ? await peopleFile() : undefined;
  const shop = new Shop(destined, source === undefined ? { batchRows: BATCH } : { source });
  if (who !== 'many') shop.hold(who);
  return {
    world,
    vendor,
    shop,
    fail: (fault, more = {}) => {
      vendor.fail({ ...fault, ...more, on: (request) => world.rowsOf(request) !== undefined });
    },
    expectHeld: (run, expected) => {
      const keys = expected.map(({ id, email }) => world.keyOf({ id, email: email ?? '', consents: true }));
      expect(world.held(run.id).sort()).toEqual(keys.sort());
    },
  };
}

/** Every destination that takes batches must pass these, driven by the runner. */
export function describeRunner(name: string, fixture: RunnerFixture): void {
  describe(`runs to ${name}`, () => {
    it('fail at wrong credentials, and go on once they are mended', async () => {
      const { shop, expectHeld } = await begin(fixture, people(6));
      const run = await shop.run({ secrets: fixture.wrongSecrets });
      expect(run).toMatchObject({ status: 'failed', error: { code: 'AUTH_FAILED' }, counts: { taken: 0 } });
      await shop.save({});
      const resumed = await shop.act('resume', run);
      expect(resumed).toMatchObject({ status: 'succeeded', counts: { taken: 6, unknown: 0 } });
      expect(resumed.error).toBeUndefined();
      expectHeld(resumed, people(6));
    });

    it.each([
      ['unauthorized', 'AUTH_FAILED'],
      ['forbidden', 'PERMISSION_DENIED'],
    ] as const)('fail where a batch in the middle is %s, and go on there', async (kind, code) => {
      const { shop, vendor, world, expectHeld } = await begin(fixture, people(14));
      let carried = 0;
      vendor.fail({ kind, times: 8, on: (request) => world.rowsOf(request) !== undefined && ++carried > 2 });
      const run = await shop.run();
      expect(run).toMatchObject({ status: 'failed', error: { code } });
      vendor.heal();
      const resumed = await shop.act('resume', run);
      expect(resumed).toMatchObject({ status: 'succeeded', counts: { taken: 14 } });
      expectHeld(resumed, people(14));
    });

    const faults: readonly (readonly [string, FaultKind])[] = [
      ['too many requests, with a time', { kind: 'rateLimit', retryAfterS: fixture.retryAfterS ?? 1 }],
      ['too many requests, without a time', { kind: 'rateLimit' }],
      ['an error of the server', { kind: 'serverError' }],
      ['an error of a proxy', { kind: 'html' }],
      ['a connection cut before the request was taken', { kind: 'cutBeforeAccept' }],
      ['a connection cut in the middle of the answer', { kind: 'cutAfterAccept' }],
      ['no answer to a request that was taken', { kind: 'timeoutAfterAccept', holdMs: 20 }],
      ['an answer that cannot be read', { kind: 'garbage' }],
    ];
    it.each(faults)('deliver each member once after %s', async (_, fault) => {
      const { shop, fail, expectHeld } = await begin(fixture, people(10));
      fail(fault);
      const run = await shop.run();
      expect(run).toMatchObject({ status: 'succeeded', counts: { taken: 10, unknown: 0 } });
      expectHeld(run, people(10));
    });

    it('fail after the last try, and go on later', async () => {
      const { shop, vendor, fail, expectHeld } = await begin(fixture, people(10));
      fail({ kind: 'serverError', status: 503 }, { times: Number.POSITIVE_INFINITY });
      const run = await shop.run();
      expect(run).toMatchObject({ status: 'failed', counts: { taken: 0 } });
      vendor.heal();
      const resumed = await shop.act('resume', run);
      expect(resumed).toMatchObject({ status: 'succeeded', counts: { taken: 10 } });
      expectHeld(resumed, people(10));
    });

    it.each([1, BATCH, BATCH + 1])('deliver %i rows in batches', async (count) => {
      const { shop, expectHeld } = await begin(fixture, people(count));
      const run = await shop.run();
      expect(run).toMatchObject({ status: 'succeeded', counts: { members: count, taken: count } });
      expectHeld(run, people(count));
      expect((await shop.batches(run)).map(({ rows, status }) => [rows, status])).toEqual(
        count <= BATCH
          ? [[count, 'taken']]
          : [
              [BATCH, 'taken'],
              [count - BATCH, 'taken'],
            ],
      );
    });

    it(`leave it so that ${fixture.whenEmpty} when the audience is empty`, async () => {
      const { shop, vendor, world, expectHeld } = await begin(fixture, people(6));
      const first = await shop.run();
      expectHeld(first, people(6));
      const before = vendor.requests.length;
      const run = await shop.run({ audience: 'nobody' });
      expect(run.counts).toMatchObject({ members: 0, adds: 0 });
      expect(run.status).toBe(fixture.whenEmpty === 'refused' ? 'failed' : 'succeeded');
      if (world.mode === 'send') expect(vendor.requests).toHaveLength(before);
      expectHeld(first, fixture.whenEmpty === 'all go' ? [] : people(6));
      if (fixture.whenEmpty !== 'refused') return;
      expect(run.error?.message).toContain('empty');
      expect(await shop.act('cancel', run)).toMatchObject({ status: 'cancelled' });
    });

    it('reject rows without an identifier of use, and list them', async () => {
      const [odd, ...others] = people(7);
      const none = { id: 'none', email: null, phone: null };
      const wrong = { id: 'wrong', email: 'no address', phone: null };
      const { shop, expectHeld } = await begin(fixture, [
        ...(odd === undefined ? [] : [odd]),
        none,
        wrong,
        ...others,
      ]);
      const run = await shop.run();
      if (!fixture.hasIdentifiers) {
        expect(run).toMatchObject({ status: 'succeeded', counts: { taken: 9, rejected: 0 } });
        return;
      }
      expect(run).toMatchObject({ status: 'incomplete', counts: { members: 9, taken: 7, rejected: 2 } });
      expectHeld(run, people(7));
      const reasons = (await shop.rejected(run)).map(({ reason }) => reason);
      expect(reasons.sort()).toEqual(['It is not an e-mail address.', 'No identifier is known.']);
    });

    it('end at a cancel once what is under way is answered; the next run delivers all', async () => {
      const { shop, vendor, world, expectHeld } = await begin(fixture, people(40));
      let carried = 0;
      const begun = Promise.withResolvers<ActivationRun>();
      const cancelled = begun.promise.then(async (run) => {
        await third.promise;
        return shop.act('cancel', run);
      });
      const third = Promise.withResolvers<undefined>();
      vendor.fail({
        kind: 'slow',
        ms: 50,
        on: (request) => {
          if (world.rowsOf(request) === undefined || ++carried !== 3) return false;
          third.resolve(undefined);
          return true;
        },
      });
      begun.resolve(await shop.start());
      const ended = await cancelled;
      expect(ended).toMatchObject({ status: 'cancelled', counts: { members: 40, unknown: 0 } });
      expect(ended.counts.taken).toBeGreaterThan(0);
      expect(ended.counts.taken).toBeLessThan(40);
      let next = await shop.run();
      if (fixture.heldUpMs !== undefined) {
        expect(next).toMatchObject({ status: 'failed', error: { retry: 'later' } });
        world.pass?.(fixture.heldUpMs);
        next = await shop.act('resume', next);
      }
      expect(next.status).toBe('succeeded');
      expectHeld(next, people(40));
      if (world.mode === 'mirror') expect(next.counts.unchanged).toBe(ended.counts.taken);
    });

    it('ask before they send far more members than the last time', async () => {
      const { shop, vendor, world, expectHeld } = await begin(fixture, people(6));
      await shop.run();
      shop.hold(people(12));
      const before = vendor.requests.length;
      const run = await shop.run({ guards: { maxRejected: 1, maxChange: 0.3 } });
      expect(run).toMatchObject({ status: 'paused', pause: { reason: 'change' } });
      expect(vendor.requests).toHaveLength(before);
      const approved = await shop.act('approve', run);
      expect(approved).toMatchObject({ status: 'succeeded', counts: { members: 12 } });
      expect(approved.counts.taken).toBe(world.mode === 'mirror' ? 6 : 12);
      expectHeld(approved, people(12));
    });

    if (fixture.hasIdentifiers)
      it('ask before they go on where many rows are rejected', async () => {
        const who = people(160).map((each, at) =>
          at % 2 === 0 && at < 120 ? { ...each, email: 'none' } : each,
        );
        const { shop, expectHeld } = await begin(fixture, who);
        const run = await shop.run({ guards: { maxRejected: 0.2, maxChange: 1 } });
        expect(run).toMatchObject({ status: 'paused', pause: { reason: 'rejected' } });
        expect(run.counts.taken).toBeLessThan(100);
        const approved = await shop.act('approve', run);
        expect(approved).toMatchObject({ status: 'incomplete', counts: { taken: 100, rejected: 60 } });
        expectHeld(
          approved,
          who.filter(({ email }) => email !== 'none'),
        );
      });

    it('are refused while another of the same activation is under way', async () => {
      const { shop, expectHeld } = await begin(fixture, people(6));
      const run = await shop.start();
      expect(await failureOf(() => shop.start())).toMatchObject({
        code: 'IN_USE',
        details: { runId: run.id },
      });
      expectHeld(await shop.wait(run.id), people(6));
    });

    it(`deliver ${PEOPLE} rows`, async () => {
      const { shop, world } = await begin(fixture, 'many');
      const run = await shop.run();
      expect(run).toMatchObject({ status: 'succeeded', counts: { members: PEOPLE, taken: PEOPLE } });
      const held = world.held(run.id);
      expect([held.length, new Set(held).size]).toEqual([PEOPLE, PEOPLE]);
    }, 300_000);
  });
}
