import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const CHUNK_BYTES = 1_048_576;
/** How long to wait for more of a file that is being written. */
const WAIT_MS = 20;

/** A file as it was written: what writing it gave, its size in bytes, and its SHA-256 as lower-case hex. */
export interface HashedFile<T> {
  readonly written: T;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Writes a file and hashes it while it grows: the warehouse's engine writes on another processor. Nothing may be at `path` before; `write` makes
 * the file and writes it from its beginning to its end, as all of our formats are written.
 * @throws what `write` throws; what the system says where the file cannot be read; the signal's reason
 */
export async function hashWhileWritten<T>(
  path: string,
  write: () => Promise<T>,
  signal: AbortSignal,
): Promise<HashedFile<T>> {
  const end = new AbortController();
  const following = follow(path, end.signal);
  // Its failure matters only once the file is written.
  following.catch(() => undefined);
  let written: T;
  try {
    written = await write();
  } catch (error) {
    end.abort();
    await following.catch(() => undefined);
    throw error;
  }
  end.abort();
  const hashed = await following;
  signal.throwIfAborted();
  return { written, ...hashed };
}

/** Reads a file as it grows, until it has ended and was read to its end. */
async function follow(path: string, ended: AbortSignal): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let handle: FileHandle | undefined;
  let bytes = 0;
  try {
    for (;;) {
      // Asked before reading: what is then read to its end is whole.
      const isWhole = ended.aborted;
      handle ??= await openOnce(path, isWhole);
      const read = await handle?.read(chunk, 0, CHUNK_BYTES, bytes);
      if (read !== undefined && read.bytesRead > 0) {
        hash.update(chunk.subarray(0, read.bytesRead));
        bytes += read.bytesRead;
      } else if (isWhole) {
        return { bytes, sha256: hash.digest('hex') };
      } else {
        await delay(WAIT_MS, undefined, { signal: ended }).catch(() => undefined);
      }
    }
  } finally {
    await handle?.close();
  }
}

/** Opens a file; undefined where that fails and the file may yet come. */
async function openOnce(path: string, isWhole: boolean): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isWhole) throw error;
    return undefined;
  }
}
