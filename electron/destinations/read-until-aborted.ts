import { untilAborted } from '../domain/until-aborted.ts';

/** The content itself could not be read: nothing that the place did. `cause` is the content's own error. */
export class ContentFailure extends Error {
  constructor(cause: unknown) {
    super('the content cannot be read', { cause });
    this.name = 'ContentFailure';
  }
}

/**
 * The same chunks, until the signal aborts; a source that hangs does not hold it up.
 * @throws the signal's reason, ContentFailure where the source fails
 */
export async function* readUntilAborted(
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const source = content[Symbol.asyncIterator]();
  let isEnded = false;
  try {
    for (;;) {
      const next = await untilAborted(source.next(), signal).catch((error: unknown) => {
        throw signal.aborted ? error : new ContentFailure(error);
      });
      isEnded = next.done === true;
      if (next.done === true) return;
      if (next.value.length > 0) yield next.value;
    }
  } finally {
    // Not waited for: a source that hangs would not answer this either.
    if (!isEnded) source.return?.().catch(() => undefined);
  }
}
