import type { DBSQLSession } from '@databricks/sql';
import { AppError, cancelled, throwIfCancelled } from '../domain/app-error.ts';

/** A running statement or metadata call of the driver. */
export type Operation = Awaited<ReturnType<DBSQLSession['executeStatement']>>;

/**
 * Waits for an act of the driver, which knows neither signals nor a time limit.
 * @throws AppError CANCELLED, TIMEOUT
 */
export async function waitWithin<T>(
  act: Promise<T>,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<T> {
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

/** Ends an operation on the server, without waiting: a lost connection gives no answer, and the server ends it by itself. */
export function endOperation(operation: Operation, isDone: boolean): void {
  const stopped = isDone ? Promise.resolve() : operation.cancel().then(() => undefined);
  stopped.then(() => operation.close()).catch(() => undefined);
}

function timedOut(milliseconds: number): AppError {
  return new AppError({
    code: 'TIMEOUT',
    message: `Databricks did not answer within ${Math.round(milliseconds / 60_000)} minutes.`,
    help: 'Check in the workspace that the SQL warehouse is running, then try again.',
    retry: 'later',
  });
}
