import { setTimeout as pause } from 'node:timers/promises';
import { AppError, cancelled, throwIfCancelled } from '../domain/app-error.ts';
import { isLostConnection, readRefusal } from './databricks-error.ts';

/** When a call is made again. */
export interface Patience {
  /** The longest that the call is repeated for, in milliseconds. */
  readonly within: number;
  readonly attempts: number;
  /** True for reads of which nothing was used yet: they are also repeated after a lost connection, where nobody knows whether it was heard. */
  readonly isRepeatable: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told the status of each refusal before the pause. */
  readonly onRefusal?: (status: number) => void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const LONGEST_RETRY_AFTER_S = 120;

/**
 * Makes a call, and makes it again where that is safe: the server refused it with 429 or 503 before it began, or it is repeatable and the
 * connection was lost. Pauses follow Retry-After, else they double, and vary so that many clients do not come back at once.
 */
export async function callPatiently<T>(call: () => Promise<T>, patience: Patience): Promise<T> {
  const end = Date.now() + patience.within;
  for (let attempt = 1; ; attempt += 1) {
    throwIfCancelled(patience.signal);
    try {
      return await call();
    } catch (error) {
      if (error instanceof AppError) throw error;
      const wait = pauseBeforeNext(error, attempt, patience);
      if (wait === undefined || Date.now() + wait > end) throw error;
      await pauseFor(wait, patience.signal);
    }
  }
}

function pauseBeforeNext(error: unknown, attempt: number, patience: Patience): number | undefined {
  if (attempt >= patience.attempts) return undefined;
  const refusal = readRefusal(error);
  const doubled = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
  if (refusal !== undefined) {
    if (refusal.status !== 429 && refusal.status !== 503) return undefined;
    patience.onRefusal?.(refusal.status);
    const asked = refusal.retryAfter;
    const least = asked === undefined ? doubled : Math.min(asked, LONGEST_RETRY_AFTER_S) * 1000;
    return least + Math.random() * Math.min(doubled, 1000);
  }
  return patience.isRepeatable && isLostConnection(error) ? doubled * (0.5 + Math.random() / 2) : undefined;
}

/** @throws AppError CANCELLED */
async function pauseFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await pause(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch {
    // Only the signal ends a pause early.
    throw cancelled();
  }
}
