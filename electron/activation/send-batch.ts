import {
  type Batch,
  type BatchReply,
  type Delivery,
  DeliveryFailure,
  type Exchange,
} from '../destinations/destination.ts';
import type { RequestGate } from './pace.ts';
import { type Pace, pause, waitFor } from './pace.ts';

/** What becomes known of a batch, in the order in which it happens. Each is kept durably before the call returns. */
export interface BatchJournal {
  /** Told before each request: from now on the batch may have been taken. @returns when that was, in milliseconds of the epoch */
  sending(batch: Batch, attempt: number): number;
  taken(batch: Batch, reply: BatchReply | undefined): void;
  /** Nothing was taken. */
  notTaken(batch: Batch, failure: DeliveryFailure | undefined): void;
  unknown(batch: Batch, failure: DeliveryFailure | undefined): void;
  refused(batch: Batch, failure: DeliveryFailure): void;
}

/** What sending needs beside the batch. */
export interface SendContext {
  readonly delivery: Delivery;
  readonly journal: BatchJournal;
  readonly gate: RequestGate;
  readonly pace: Pace;
  /** `never`: a batch that may have been taken is looked up before it is sent again. */
  readonly resend: 'safe' | 'never';
  /** Ends requests under way. */
  readonly signal: AbortSignal;
  /** Ends waiting only: a batch under way is still answered. */
  readonly stopping: AbortSignal;
}

/**
 * Sends a batch until the destination answers for it: taken, refused, or unknown for good. `sentAt` tells that an earlier process sent it,
 * and when, and that its answer is not known.
 * @throws DeliveryFailure where no more batch goes through, or after the last try; the signal's reason where a wait or request was ended
 */
export async function sendBatch(
  batch: Batch,
  context: SendContext,
  sentBefore: { readonly sentAt: number; readonly attempts: number } | undefined,
): Promise<'taken' | 'unknown' | 'refused'> {
  const { delivery, journal, gate, pace, resend, signal, stopping } = context;
  const ended = AbortSignal.any([signal, stopping]);
  let attempts = sentBefore?.attempts ?? 0;
  let failures = 0;
  if (sentBefore !== undefined && resend === 'never') {
    const outcome = await resolveBatch(batch, sentBefore.sentAt, undefined, context);
    if (outcome !== 'not-taken') return outcome;
  }
  for (;;) {
    await gate.enter(ended);
    attempts += 1;
    const sentAt = journal.sending(batch, attempts);
    try {
      const reply = await delivery.send(batch, signal);
      journal.taken(batch, reply);
      return 'taken';
    } catch (error) {
      if (!(error instanceof DeliveryFailure)) throw error;
      failures += 1;
      if (error.kind === 'reject') {
        journal.refused(batch, error);
        return 'refused';
      }
      if (error.kind === 'unknown' && resend === 'never') {
        const outcome = await resolveBatch(batch, sentAt, error, context);
        if (outcome !== 'not-taken') return outcome;
      } else if (error.kind === 'unknown') journal.unknown(batch, error);
      else journal.notTaken(batch, error);
      if (error.kind === 'stop' || failures >= pace.attempts) throw error;
      const wait = waitFor(pace, failures, error.afterMs);
      // What the vendor asks of one request it asks of all.
      if (error.afterMs !== undefined) gate.hold(wait);
      else await pause(wait, ended);
    }
  }
}

/** Asks until it is known whether a batch was taken, as long as the pace allows. */
async function resolveBatch(
  batch: Batch,
  sentAt: number,
  failure: DeliveryFailure | undefined,
  { delivery, journal, pace, signal, stopping }: SendContext,
): Promise<'taken' | 'not-taken' | 'unknown'> {
  journal.unknown(batch, failure);
  const ended = AbortSignal.any([signal, stopping]);
  const until = performance.now() + pace.resolve;
  for (let tries = 1; delivery.resolve !== undefined; tries += 1) {
    const outcome = await askOutcome(batch, sentAt, delivery, signal);
    if (outcome === 'taken') journal.taken(batch, undefined);
    if (outcome === 'not-taken') journal.notTaken(batch, failure);
    if (outcome !== 'unknown') return outcome;
    if (performance.now() >= until) break;
    await pause(Math.min(waitFor(pace, tries, undefined), Math.max(1, until - performance.now())), ended);
  }
  return 'unknown';
}

async function askOutcome(
  batch: Batch,
  sentAt: number,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<'taken' | 'not-taken' | 'unknown'> {
  try {
    return (await delivery.resolve?.(batch, sentAt, signal)) ?? 'unknown';
  } catch (error) {
    // Asking failed, which tells nothing of the batch; it is asked again.
    if (error instanceof DeliveryFailure && error.kind !== 'stop') return 'unknown';
    throw error;
  }
}

/** Completes a run at the vendor, trying again by the same rules. @throws DeliveryFailure */
export async function finishDelivery({
  delivery,
  pace,
  signal,
  stopping,
}: Pick<SendContext, 'delivery' | 'pace' | 'signal' | 'stopping'>): Promise<Exchange | undefined> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await delivery.finish?.(signal);
    } catch (error) {
      if (!(error instanceof DeliveryFailure)) throw error;
      const isFinal = error.kind === 'stop' || error.kind === 'reject' || failures >= pace.attempts;
      if (isFinal) throw error;
      await pause(waitFor(pace, failures, error.afterMs), AbortSignal.any([signal, stopping]));
    }
  }
}
