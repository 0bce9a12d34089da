import { expect, onTestFinished } from 'vitest';
import type { DeliveryFailure } from '../../electron/destinations/destination.ts';
import type { Fault, FaultKind } from '../support/vendors/vendor-fault.ts';
import { batchDelivery, drive, failureOf, type Journal } from './destination-driver.ts';
import type { DestinationFixture, DestinationWorld, Row } from './destination-fixture.ts';

/** What the cases of a destination share. */
export interface Cases {
  /** A batch may be sent again without reaching anyone twice. */
  readonly isSafe: boolean;
  /** A new emulator, closed when the test ends. */
  readonly start: (access?: 'full' | 'none') => Promise<DestinationWorld>;
  readonly people: (count: number) => Row[];
  /** Everyone of the rows was received once, and nobody else; nothing strayed from the vendor's contract. */
  readonly expectOnce: (world: DestinationWorld, rows: readonly Row[]) => void;
  /** A fault for the next request that carries rows. */
  readonly onRows: (fault: FaultKind) => Fault;
  /** The failure of a run, which its journal then knows, in batches of two. */
  readonly failsOnce: (
    world: DestinationWorld,
    rows: readonly Row[],
    journal: Journal,
  ) => Promise<DeliveryFailure>;
}

/** The shared parts of a fixture's cases. */
export function casesOf(fixture: DestinationFixture): Cases {
  return {
    isSafe: batchDelivery(fixture).resend(fixture.mode) === 'safe',
    start: async (access = 'full') => {
      const world = await fixture.start(access);
      onTestFinished(world.close);
      return world;
    },
    people: (count) => Array.from({ length: count }, (_, at) => fixture.row(at)),
    expectOnce: (world, rows) => {
      const received = world.received();
      // Compared by hand: maps of a whole batch are too big to be compared for a message.
      const keys = new Set(rows.map(fixture.keyOf));
      expect({
        missing: [...keys].filter((key) => !received.has(key)).length,
        twice: [...received].filter(([, times]) => times > 1).length,
        strangers: [...received.keys()].filter((key) => !keys.has(key)).length,
      }).toEqual({ missing: 0, twice: 0, strangers: 0 });
      expect(world.strays()).toEqual([]);
    },
    onRows: (fault) => ({ ...fault, on: fixture.carriesRows }),
    failsOnce: async (world, rows, journal) =>
      failureOf(fixture, world, drive(fixture, world, rows, { journal, batchRows: 2 }), rows),
  };
}
