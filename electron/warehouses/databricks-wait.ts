import { AppError, cancelled, throwIfCancelled } from '../domain/app-error.ts';

/** How long each part of an act may take, in milliseconds. */
export interface Limits {
  /** A stopped warehouse starts when a session opens; a classic one takes up to five minutes. */
  readonly session: number;
  /** SQL warehouses ignore the driver's queryTimeout, so the client keeps the time until a statement has a result. */
  readonly statement: number;
  /** One answer of the server. The driver waits for ever for the rest of an answer that is cut off. */
  readonly answer: number;
  /** One part of a result. */
  readonly fetch: number;
}

/** The limits of the app. */
export const LIMITS: Limits = {
  session: 6 * 60_000,
  statement: 30 * 60_000,
  answer: 60_000,
  fetch: 2 * 60_000,
};

/**
 * Waits for an act of the driver, which knows neither signals nor a time limit. The act goes on after that; its failure is then of no
 * interest to anybody.
 * @throws AppError CANCELLED, TIMEOUT
 */
export async function waitWithin<T>(
  act: Promise<T>,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  act.catch(() => undefined);
  throwIfCancelled(signal);
  let timer: NodeJS.Timeout | undefined;
  let abort: (() => void) | undefined;
  const interrupted = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timedOut(milliseconds)), milliseconds);
    abort = () => reject(cancelled());
    signal?.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([act, interrupted]);
  } finally {
    clearTimeout(timer);
    if (abort !== undefined) signal?.removeEventListener('abort', abort);
  }
}

/** The error of an act that took longer than it may. */
export function timedOut(milliseconds: number): AppError {
  const minutes = Math.round(milliseconds / 60_000);
  const limit =
    minutes >= 1 ? `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}` : `${milliseconds / 1000} seconds`;
  return new AppError({
    code: 'TIMEOUT',
    message: `Databricks did not answer within ${limit}.`,
    help: 'Check in the workspace that the SQL warehouse is running, then try again.',
    retry: 'later',
  });
}
