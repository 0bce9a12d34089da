import { describe, expect, it } from 'vitest';
import { casesOf } from './destination-cases.ts';
import { batchDelivery, drive, failureOf, newJournal, splitRows } from './destination-driver.ts';
import { describeFaults } from './destination-faults.ts';
import type { DestinationFixture } from './destination-fixture.ts';

/** Every destination that takes batches must pass these, whoever the vendor is. */
export function describeDestination(name: string, fixture: DestinationFixture): void {
  const { isSafe, start, people, expectOnce, onRows, failsOnce } = casesOf(fixture);

  describe(name, () => {
    describe('credentials', () => {
      it('tests the account step by step and changes nothing', async () => {
        const world = await start();
        const steps: string[] = [];
        const { settings, secrets } = world;
        await fixture.kind.test(
          { settings, secrets, signal: new AbortController().signal },
          ({ id, status }) => steps.push(`${id} ${status}`),
        );
        expect(steps.length).toBeGreaterThan(0);
        expect(steps.length % 2).toBe(0);
        expect(steps.filter((_, at) => at % 2 === 1).every((step) => step.endsWith(' passed'))).toBe(true);
        expect([world.received().size, world.containers()]).toEqual([0, 0]);
        expect(world.strays()).toEqual([]);
      });

      it('stops at wrong credentials, in the test and in a delivery', async () => {
        const world = await start();
        const { settings } = world;
        const secrets = fixture.wrongSecrets;
        const test = fixture.kind.test(
          { settings, secrets, signal: new AbortController().signal },
          () => undefined,
        );
        const rows = people(3);
        const failures = [
          await failureOf(fixture, world, test),
          await failureOf(fixture, world, drive(fixture, world, rows, { secrets }), rows),
        ];
        expect(failures.map(({ kind, error }) => [kind, error.code])).toEqual([
          ['stop', 'AUTH_FAILED'],
          ['stop', 'AUTH_FAILED'],
        ]);
        expect([world.received().size, world.containers()]).toEqual([0, 0]);
      });

      it('stops at credentials that expire during a run, and goes on with new ones', async () => {
        const world = await start();
        const rows = people(5);
        const journal = newJournal();
        await drive(fixture, world, rows, { journal, batchRows: 2, stopAfter: 1 });
        world.fail(onRows({ kind: 'unauthorized' }));
        const { kind, error } = await failsOnce(world, rows, journal);
        expect([kind, error.code]).toEqual(['stop', 'AUTH_FAILED']);
        await drive(fixture, world, rows, { journal, batchRows: 2 });
        expectOnce(world, rows);
      });

      it('stops at credentials without the permission', async () => {
        const world = await start('none');
        const rows = people(3);
        const { kind, error } = await failsOnce(world, rows, newJournal());
        expect([kind, error.code]).toEqual(['stop', 'PERMISSION_DENIED']);
        expect(world.received().size).toBe(0);
      });

      it('stops where the permission is taken away during a run', async () => {
        const world = await start();
        const rows = people(3);
        world.fail(onRows({ kind: 'forbidden' }));
        const { kind, error } = await failsOnce(world, rows, newJournal());
        expect([kind, error.code]).toEqual(['stop', 'PERMISSION_DENIED']);
      });
    });

    describe('rows', () => {
      it('finishes a run without rows', async () => {
        const world = await start();
        await drive(fixture, world, []);
        expect(world.received().size).toBe(0);
      });

      it('delivers one row', async () => {
        const world = await start();
        const journal = await drive(fixture, world, people(1));
        expectOnce(world, people(1));
        expect(journal.replies.map(({ rejected }) => rejected)).toEqual([[]]);
        expect(journal.replies[0]?.exchange.request).toMatch(/^(POST|PUT|PATCH|DELETE) https?:\/\/[^?]+$/);
      });

      it('delivers exactly a batch, and a batch and one row', async () => {
        const first = await start();
        const { rows: most } = batchDelivery(fixture).limits(first.settings, first.target, fixture.mode);
        const [full = []] = splitRows(fixture, first, people(most));
        await drive(fixture, first, full);
        expectOnce(first, full);
        const second = await start();
        const more = people(full.length + 1);
        expect(splitRows(fixture, second, more).map((batch) => batch.length)).toEqual([full.length, 1]);
        const journal = await drive(fixture, second, more);
        expect(journal.replies.map(({ rejected }) => rejected)).toEqual([[], []]);
        expectOnce(second, more);
      });

      const { rowWithNull, partial } = fixture;
      if (rowWithNull !== undefined)
        it('delivers people with a null beside an identifier', async () => {
          const world = await start();
          const rows = people(4).map((row, at) => (at % 2 === 0 ? row : rowWithNull(at)));
          const journal = await drive(fixture, world, rows);
          expectOnce(world, rows);
          expect(journal.replies[0]?.rejected).toEqual([]);
        });

      if (partial !== undefined)
        it('tells how many rows the vendor refused', async () => {
          const world = await start();
          const { rows, refused } = partial;
          const journal = await drive(fixture, world, rows);
          expect(journal.replies.flatMap(({ rejected }) => rejected)).toHaveLength(refused);
          expect([...world.received().values()].reduce((sum, times) => sum + times, 0)).toBe(
            rows.length - refused,
          );
        });

      if (fixture.mode === 'add')
        it('removes whom it added', async () => {
          const world = await start();
          const rows = people(6);
          await drive(fixture, world, rows, { batchRows: 4 });
          await drive({ ...fixture, mode: 'remove' }, world, rows.slice(0, 3), {
            op: 'remove',
            batchRows: 2,
          });
          expectOnce(world, rows.slice(3));
        });
    });

    describeFaults(fixture);

    describe('runs that stop', () => {
      it('is cancelled at once, and goes on later', async () => {
        const world = await start();
        const rows = people(5);
        const journal = newJournal();
        const controller = new AbortController();
        await drive(fixture, world, rows, { journal, batchRows: 2, stopAfter: 1 });
        // The answer would take ten minutes: only a cancel that does not wait for it passes in time.
        world.fail({
          kind: 'slow',
          ms: 600_000,
          on: (request) => {
            if (!fixture.carriesRows(request)) return false;
            setImmediate(() => controller.abort(new Error('cancelled by hand')));
            return true;
          },
        });
        const { signal } = controller;
        await expect(drive(fixture, world, rows, { journal, batchRows: 2, signal })).rejects.toThrow(
          'cancelled by hand',
        );
        await drive(fixture, world, rows, { journal, batchRows: 2 });
        expectOnce(world, rows);
      });

      it('sends nothing when it is cancelled before', async () => {
        const world = await start();
        const signal = AbortSignal.abort(new Error('cancelled by hand'));
        await expect(drive(fixture, world, people(3), { signal })).rejects.toThrow('cancelled by hand');
        expect([world.received().size, world.containers()]).toEqual([0, 0]);
      });

      it('goes on in another process with the state it kept', async () => {
        const world = await start();
        const rows = people(7);
        const journal = newJournal();
        for (const stopAfter of [1, 2, 3])
          await drive(fixture, world, rows, { journal, batchRows: 2, stopAfter });
        await drive(fixture, world, rows, { journal, batchRows: 2 });
        expectOnce(world, rows);
        // A crash between the end of the run and the note of it: the end comes again.
        await drive(fixture, world, rows, { journal, batchRows: 2 });
        expectOnce(world, rows);
      });

      it('keeps neither secrets nor values of rows in its state', async () => {
        const world = await start();
        const rows = people(5);
        const journal = await drive(fixture, world, rows, { batchRows: 2 });
        const kept = JSON.stringify(journal.state ?? {});
        const hidden = [...Object.values(world.secrets), ...rows.flat()].filter((value) => value !== null);
        expect(hidden.filter((value) => value.length >= 8 && kept.includes(value))).toEqual([]);
      });

      if (isSafe)
        it('delivers a batch that is sent twice once', async () => {
          const world = await start();
          const rows = people(4);
          const journal = newJournal();
          await drive(fixture, world, rows, { journal, batchRows: 2, stopAfter: 1 });
          journal.taken = 0;
          await drive(fixture, world, rows, { journal, batchRows: 2 });
          expectOnce(world, rows);
        });
    });
  });
}
