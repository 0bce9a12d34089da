import { randomFillSync } from 'node:crypto';

/** The content of a file from text or bytes. */
export async function* contentOf(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

/** Random bytes in chunks of 64 KiB. `onChunk` is told how many bytes were asked for so far. */
export async function* randomContent(
  bytes: number,
  onChunk: (given: number) => Promise<void> | void = () => undefined,
): AsyncGenerator<Uint8Array> {
  for (let given = 0; given < bytes;) {
    await onChunk(given);
    const chunk = randomFillSync(Buffer.allocUnsafe(Math.min(65_536, bytes - given)));
    given += chunk.length;
    yield chunk;
  }
}

/** A signal that nobody aborts. */
export function neverAborted(): AbortSignal {
  return new AbortController().signal;
}
