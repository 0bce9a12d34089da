import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../support/vendors/vendor-fault.ts';
import { casesOf } from './destination-cases.ts';
import { drive, failureOf, newJournal } from './destination-driver.ts';
import type { DestinationFixture } from './destination-fixture.ts';

const REFUSALS: readonly (readonly [string, FaultKind])[] = [
  ['status 500', { kind: 'serverError', status: 500 }],
  ['status 503', { kind: 'serverError', status: 503 }],
  ['an HTML page', { kind: 'html' }],
  ['too many calls', { kind: 'rateLimit' }],
];

const BROKEN: readonly (readonly [string, FaultKind])[] = [
  ['cut before it was taken', { kind: 'cutBeforeAccept' }],
  ['cut in the middle of the answer', { kind: 'cutAfterAccept' }],
  ['never answered although it was taken', { kind: 'timeoutAfterAccept', holdMs: 50 }],
];

/** What happens to requests on their way, and the vendor's own refusals. */
export function describeFaults(fixture: DestinationFixture): void {
  const { isSafe, start, people, expectOnce, onRows, failsOnce } = casesOf(fixture);

  describe('faults', () => {
    it.each(REFUSALS)('asks to try again after %s', async (_, fault) => {
      const world = await start();
      const rows = people(5);
      const journal = newJournal();
      world.fail(onRows(fault));
      const { kind, afterMs } = await failsOnce(world, rows, journal);
      // A page of a proxy does not say whether the vendor behind it took a mail.
      expect(isSafe || fault.kind === 'rateLimit' ? ['retry'] : ['retry', 'unknown']).toContain(kind);
      if (fault.kind !== 'rateLimit') expect(afterMs).toBeUndefined();
      await drive(fixture, world, rows, { journal, batchRows: 2 });
      expectOnce(world, rows);
    });

    if (fixture.saysHowLong)
      it('waits as long as the vendor says', async () => {
        const world = await start();
        const rows = people(3);
        world.fail(onRows({ kind: 'rateLimit', retryAfterS: 120 }));
        const { kind, error, afterMs } = await failsOnce(world, rows, newJournal());
        expect([kind, error.code, afterMs]).toEqual(['retry', 'RATE_LIMITED', 120_000]);
      });

    describe.each([
      ['the first batch', 0],
      ['a later batch', 1],
    ])('of %s', (_, taken) => {
      it.each(BROKEN)(
        'does not know of a request that was %s, and delivers everyone once',
        async (__, fault) => {
          const world = await start();
          const rows = people(5);
          const journal = newJournal();
          await drive(fixture, world, rows, { journal, batchRows: 2, stopAfter: taken });
          world.fail(onRows(fault));
          const { kind } = await failsOnce(world, rows, journal);
          // Where it is safe to send again, asking for that is as good.
          expect(isSafe ? ['retry', 'unknown'] : ['unknown']).toContain(kind);
          await drive(fixture, world, rows, { journal, batchRows: 2 });
          expectOnce(world, rows);
        },
      );
    });

    it('copes with an answer that cannot be read', async () => {
      const world = await start();
      const rows = people(5);
      const journal = newJournal();
      world.fail(onRows({ kind: 'garbage' }));
      const run = drive(fixture, world, rows, { journal, batchRows: 2 });
      const [{ status }] = await Promise.allSettled([run]);
      if (status === 'rejected') {
        const { kind } = await failureOf(fixture, world, run, rows);
        if (!isSafe) expect(kind).toBe('unknown');
        await drive(fixture, world, rows, { journal, batchRows: 2 });
      }
      expectOnce(world, rows);
    });

    const { makesContainer } = fixture;
    if (makesContainer !== undefined)
      it('makes one list or audience however the first try ends', async () => {
        for (const [, fault] of [...REFUSALS, ...BROKEN, ['garbage', { kind: 'garbage' }] as const]) {
          const world = await start();
          const rows = people(3);
          const journal = newJournal();
          world.fail({ ...fault, on: makesContainer });
          const { kind } = await failsOnce(world, rows, journal);
          expect(['retry', 'unknown']).toContain(kind);
          await drive(fixture, world, rows, { journal, batchRows: 2 });
          expectOnce(world, rows);
          expect(world.containers()).toBe(1);
        }
      });

    it.each(fixture.refusals ?? [])('knows the vendor’s refusal $name', async ({ answer, kinds, code }) => {
      const world = await start();
      const rows = people(3);
      const journal = newJournal();
      world.fail(onRows({ kind: 'vendor', answer }));
      const { kind, error } = await failsOnce(world, rows, journal);
      // What must not be sent twice may be looked for even where nothing was taken.
      expect(isSafe || !kinds.includes('retry') ? kinds : [...kinds, 'unknown']).toContain(kind);
      if (code !== undefined) expect(error.code).toBe(code);
      await drive(fixture, world, rows, { journal, batchRows: 2 });
      expectOnce(world, rows);
    });
  });
}
