import { open, rm } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { targetUnwritable } from './target-error.ts';
import type { ExportResult } from './warehouse.ts';

/** A part of a file: its bytes, which are used before the next part is asked for, and the rows that it completes. */
export interface FilePart {
  readonly rows: number;
  readonly bytes: Uint8Array;
}

/**
 * Writes a new file part by part, for engines that cannot write one themselves; a partial file is removed.
 * @throws AppError TARGET_UNWRITABLE; whatever the parts throw
 */
export async function writeParts(path: string, parts: AsyncIterable<FilePart>): Promise<ExportResult> {
  if (!isAbsolute(path)) throw targetUnwritable(path, 'its path is not complete');
  const file = await open(path, 'wx').catch((error: unknown) => {
    throw targetUnwritable(path, error);
  });
  let rows = 0;
  let bytes = 0;
  try {
    for await (const part of parts) {
      await file.writeFile(part.bytes).catch((error: unknown) => {
        throw targetUnwritable(path, error);
      });
      rows += part.rows;
      bytes += part.bytes.length;
    }
    await file.close();
    return { rows, bytes };
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(path, { force: true });
    throw error;
  }
}
