import { type Batch, DeliveryFailure } from '../destinations/destination.ts';
import type { RunBatch, RunPause } from '../domain/run.ts';
import type { CutBatch, CutEnd } from './cut-batches.ts';
import { type SendContext, sendBatch } from './send-batch.ts';

/** What a group's batches are sent with. */
export interface GroupContext extends SendContext {
  readonly op: 'add' | 'remove';
  readonly concurrency: number;
  /** What an earlier process knew of a batch, by its number in the group. */
  readonly known: (number: number) => RunBatch | undefined;
  /** The rows of a batch are at hand: its rejected rows are kept. Called before the batch is sent, once a batch and process. */
  readonly onCut: (batch: CutBatch) => void;
  /** Nothing more happens to a batch in this process. */
  readonly onDone: (batch: CutBatch) => void;
  readonly onEnd: (end: CutEnd) => void;
  /** Why no further batch may be sent, asked before each. */
  readonly guard: () => RunPause | undefined;
  /** A batch of which it stays unknown whether it was taken ends the run: later ones would build on it. */
  readonly stopsAtUnknown: boolean;
}

/** How a group ended. */
export type GroupEnd =
  | { readonly kind: 'sent' }
  | { readonly kind: 'paused'; readonly pause: RunPause }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'unknown' };

/** An earlier process sent other rows under this number, and sending again would reach people twice. */
export class RowsChanged extends Error {}

/**
 * Sends the batches of a group, some at a time, in their order. Batches under way are always answered before it returns or throws.
 * @throws DeliveryFailure, RowsChanged, the signal's reason
 */
export async function sendGroup(
  batches: AsyncGenerator<CutBatch, CutEnd, undefined>,
  context: GroupContext,
): Promise<GroupEnd> {
  const underWay = new Set<Promise<void>>();
  const found: { failure?: { readonly error: unknown }; staysUnknown: boolean } = { staysUnknown: false };
  const start = (batch: CutBatch, before: RunBatch | undefined): void => {
    const sending: Promise<void> = sendBatch(toBatch(batch, context.op), context, wasSent(before)).then(
      (outcome) => {
        if (outcome === 'unknown' && context.stopsAtUnknown) found.staysUnknown = true;
      },
      (error: unknown) => {
        found.failure ??= { error };
      },
    );
    const tracked = sending.finally(() => {
      underWay.delete(tracked);
      context.onDone(batch);
    });
    underWay.add(tracked);
  };
  let end: GroupEnd = { kind: 'sent' };
  try {
    for (;;) {
      const next = await batches.next();
      if (next.done === true) {
        context.onEnd(next.value);
        break;
      }
      const batch = next.value;
      const before = context.known(batch.number);
      if (before !== undefined && isSettled(before) && sameRows(batch, before)) continue;
      if (before !== undefined && !sameRows(batch, before) && context.resend === 'never')
        throw new RowsChanged();
      context.onCut(batch);
      // What ends a delivery comes after all else: a vendor may take nothing behind it.
      const others = batch.isLast ? 0 : context.concurrency - 1;
      while (underWay.size > others) await Promise.race(underWay);
      if (found.failure !== undefined || found.staysUnknown) break;
      if (context.stopping.aborted || context.signal.aborted) {
        end = { kind: 'stopped' };
        break;
      }
      const pause = context.guard();
      if (pause !== undefined) {
        end = { kind: 'paused', pause };
        break;
      }
      start(batch, before);
    }
  } finally {
    await Promise.all(underWay);
    await batches.return({ rejected: [] });
  }
  const { failure, staysUnknown } = found;
  if (failure !== undefined) {
    // A batch that was still waiting for its turn is not a failure of the run that was told to stop.
    if (context.stopping.aborted && !(failure.error instanceof DeliveryFailure)) return { kind: 'stopped' };
    throw failure.error;
  }
  return staysUnknown ? { kind: 'unknown' } : end;
}

function isSettled({ status }: RunBatch): boolean {
  return status === 'taken' || status === 'refused';
}

function sameRows(batch: CutBatch, before: RunBatch): boolean {
  return batch.digest === before.digest;
}

function wasSent(before: RunBatch | undefined): { sentAt: number; attempts: number } | undefined {
  if (before === undefined || before.status === 'waiting' || isSettled(before)) return undefined;
  return { sentAt: Date.parse(before.sentAt), attempts: before.attempts };
}

function toBatch({ number, isLast, rows, json }: CutBatch, op: Batch['op']): Batch {
  return { number, op, isLast, rows, json };
}
