import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import {
  DeliveryFailure,
  type Batch,
  type BatchDelivery,
  type BatchReply,
  type Delivery,
  type DeliveryState,
} from '../../electron/destinations/destination.ts';
import type { Secrets } from '../../electron/domain/field-spec.ts';
import { batchOf } from '../support/batch.ts';
import type { DestinationFixture, DestinationWorld, Row } from './destination-fixture.ts';

/** What outlives a process: the delivery's own state, and how far it came. */
export interface Journal {
  readonly run: string;
  state: DeliveryState | undefined;
  /** Batches that were taken. */
  taken: number;
  /** When the batch whose outcome is unknown was sent, in milliseconds of the epoch. */
  unknownSince: number | undefined;
  readonly replies: BatchReply[];
}

/** A journal of a run that has not begun. */
export function newJournal(): Journal {
  return { run: randomUUID(), state: undefined, taken: 0, unknownSince: undefined, replies: [] };
}

/** How a run is driven, where it differs from all rows of the fixture's mode in one process. */
export interface DriveOptions {
  readonly journal?: Journal;
  readonly signal?: AbortSignal;
  readonly op?: Batch['op'];
  readonly secrets?: Secrets;
  /** Rows of a batch, where fewer than the destination's own limits allow. */
  readonly batchRows?: number;
  /** Stops without finishing once so many batches were taken, as a crash would. */
  readonly stopAfter?: number;
}

/** The destination's delivery, which must be one of batches. */
export function batchDelivery({ kind }: DestinationFixture): BatchDelivery {
  if (kind.delivery.by !== 'batches') throw new Error(`${kind.kind} does not deliver by batches`);
  return kind.delivery;
}

/** Splits rows by the limits of the destination, as the runner does. */
export function splitRows(
  fixture: DestinationFixture,
  world: DestinationWorld,
  rows: readonly Row[],
  batchRows = Infinity,
): Row[][] {
  const limits = batchDelivery(fixture).limits(world.settings, world.target, fixture.mode);
  const batches: Row[][] = [];
  let batch: Row[] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = row.reduce((sum, value) => sum + Buffer.byteLength(value ?? ''), limits.rowOverhead);
    if (
      batch.length >= Math.min(limits.rows, batchRows) ||
      (batch.length > 0 && bytes + size > limits.bytes)
    ) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(row);
    bytes += size;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

/** Opens a delivery as one process of the run does. */
export async function openDelivery(
  fixture: DestinationFixture,
  world: DestinationWorld,
  total: number,
  {
    journal = newJournal(),
    signal = new AbortController().signal,
    secrets = world.secrets,
  }: DriveOptions = {},
): Promise<Delivery> {
  const { settings, target } = world;
  return batchDelivery(fixture).open({
    settings,
    secrets,
    target,
    signal,
    mode: fixture.mode,
    fields: fixture.fields,
    run: {
      id: journal.run,
      name: 'Bundle target',
      activationId: 'bundle-to-vendor',
    },
    total,
    state: journal.state,
    saveState: (state) => {
      // Through text, as a store keeps it: what is no plain JSON is lost.
      journal.state = JSON.parse(JSON.stringify(state)) as DeliveryState;
    },
  });
}

/** Whether the batch whose outcome is unknown still has to be sent. */
async function mustSend(
  fixture: DestinationFixture,
  delivery: Delivery,
  batch: Batch,
  journal: Journal,
  signal: AbortSignal,
): Promise<boolean> {
  if (journal.unknownSince === undefined || batchDelivery(fixture).resend(fixture.mode) === 'safe')
    return true;
  if (delivery.resolve === undefined)
    throw new Error('a batch that must never be sent twice cannot be resolved');
  const verdict = await delivery.resolve(batch, journal.unknownSince, signal);
  if (verdict === 'unknown') throw new Error('the vendor cannot tell yet');
  return verdict === 'not-taken';
}

/**
 * Drives a run as plainly as can be: opens, sends batch by batch, finishes. Throws what the delivery throws; called again with the same
 * journal, it goes on where it stopped.
 */
export async function drive(
  fixture: DestinationFixture,
  world: DestinationWorld,
  rows: readonly Row[],
  options: DriveOptions = {},
): Promise<Journal> {
  const {
    journal = newJournal(),
    signal = new AbortController().signal,
    op = 'add',
    stopAfter = Infinity,
  } = options;
  const delivery = await openDelivery(fixture, world, rows.length, { ...options, journal, signal });
  const batches = splitRows(fixture, world, rows, options.batchRows);
  for (const [at, rowsOf] of batches.entries()) {
    if (at < journal.taken) continue;
    if (at >= stopAfter) return journal;
    const batch = batchOf(rowsOf, { number: at + 1, op, isLast: at === batches.length - 1 });
    if (await mustSend(fixture, delivery, batch, journal, signal)) {
      journal.unknownSince = Date.now();
      try {
        const reply = await delivery.send(batch, signal);
        checkSecrecy(fixture, world, reply, rowsOf);
        journal.replies.push(reply);
      } catch (error) {
        // Only these two say that nothing was taken.
        if (error instanceof DeliveryFailure && error.kind !== 'unknown') journal.unknownSince = undefined;
        throw error;
      }
    }
    journal.unknownSince = undefined;
    journal.taken = at + 1;
  }
  await delivery.finish?.(signal);
  return journal;
}

/** The failure of an act, which must be a {@link DeliveryFailure} without a secret or an identifier in it. */
export async function failureOf(
  fixture: DestinationFixture,
  world: DestinationWorld,
  act: Promise<unknown>,
  rows: readonly Row[] = [],
): Promise<DeliveryFailure> {
  const error = await act.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DeliveryFailure);
  if (!(error instanceof DeliveryFailure)) throw new Error('unreachable after the expectation');
  expect(error.error.message).toMatch(/\S/);
  expect(error.error.help).toMatch(/\S/);
  const { kind, error: shape, exchange, message, stack } = error;
  checkSecrecy(fixture, world, { kind, shape, exchange, message, stack }, rows);
  return error;
}

/** Nothing that is kept or shown holds a secret or a value of a row. */
function checkSecrecy(
  fixture: DestinationFixture,
  world: DestinationWorld,
  shown: object,
  rows: readonly Row[],
): void {
  const text = JSON.stringify(shown);
  const secrets = [...Object.values(world.secrets), ...Object.values(fixture.wrongSecrets)];
  const hidden = [...secrets, ...rows.slice(0, 20).flatMap((row) => row.filter((value) => value !== null))];
  // Short words such as a town's could stand in a text by chance.
  const leaked = hidden.filter((value) => value.length >= 8 && text.includes(value));
  expect(leaked).toEqual([]);
}
