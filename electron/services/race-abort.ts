import { cancelled } from '../domain/app-error.ts';
import { untilAborted } from '../domain/until-aborted.ts';

/**
 * Waits for a promise that others share, until the signal aborts: then this wait ends and the promise goes on for the others.
 * @throws AppError CANCELLED
 */
export async function raceAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return signal === undefined ? promise : untilAborted(promise, signal, cancelled);
}
