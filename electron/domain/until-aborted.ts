/**
 * Waits for a promise, no longer than until the signal aborts; the promise itself goes on.
 * @throws what `reasonOf` gives, the signal's own reason unless stated
 */
export async function untilAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  reasonOf: () => unknown = () => signal.reason,
): Promise<T> {
  // A promise that nobody waits for any more may still fail.
  promise.catch(() => undefined);
  if (signal.aborted) throw reasonOf();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = (): void => {
    const reason = reasonOf();
    reject(reason instanceof Error ? reason : new Error('aborted', { cause: reason }));
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
