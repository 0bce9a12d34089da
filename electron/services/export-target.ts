import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type HashedFile, hashWhileWritten } from '../activation/files/hash-file.ts';
import { AppError, cancelled } from '../domain/app-error.ts';
import { systemCode } from '../domain/system-code.ts';

/** Below this much free space a failed write is put down to a full disk, in bytes. */
const FULL_BELOW = 1_000_000;

/** The file of an export while it is written, and its atomic move to the name that was asked for. */
export interface ExportTarget {
  /** The absolute path that was asked for. */
  readonly path: string;
  /** The name while it is written, in the same folder: a rename within a folder is atomic. */
  readonly partPath: string;
}

/** The target of a run. The name of its partial file follows from path and run, so that a crash's leftovers can be found. */
export function planTarget(path: string, runId: string): ExportTarget {
  const absolute = resolve(path);
  return {
    path: absolute,
    partPath: join(dirname(absolute), `.${basename(absolute).slice(0, 100)}.${runId}.part`),
  };
}

/** @throws AppError TARGET_UNWRITABLE where a file could not be put there */
export async function checkTarget(path: string, overwrite: boolean): Promise<void> {
  const absolute = resolve(path);
  const folder = dirname(absolute);
  const kindOf = async (each: string): Promise<'missing' | 'folder' | 'file'> => {
    try {
      return (await stat(each)).isDirectory() ? 'folder' : 'file';
    } catch (error) {
      if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return 'missing';
      throw unwritable(absolute, error);
    }
  };
  if ((await kindOf(folder)) !== 'folder') {
    throw refuse(`The folder ${folder} does not exist.`, 'Create it, or choose another one.');
  }
  const kind = await kindOf(absolute);
  if (kind === 'folder') throw refuse(`${absolute} is a folder.`, 'Add a file name.');
  if (kind === 'file' && !overwrite) throw alreadyThere(absolute);
  // Permissions, read-only disks and quotas differ between systems: only writing tells.
  const probe = join(folder, `.slipway-${randomUUID()}.part`);
  try {
    await (await open(probe, 'wx')).close();
  } catch (error) {
    throw unwritable(absolute, error);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

/** Moves the finished file to its name; a file that appeared there meanwhile is only replaced where that was asked for. */
export async function finishTarget({ path, partPath }: ExportTarget, overwrite: boolean): Promise<void> {
  try {
    if (!overwrite) await (await open(path, 'wx')).close();
    await rename(partPath, path);
  } catch (error) {
    throw systemCode(error) === 'EEXIST' ? alreadyThere(path) : unwritable(path, error);
  }
}

/** Removes the partial file, where there is one. */
export async function discardTarget({ partPath }: ExportTarget): Promise<void> {
  await rm(partPath, { force: true });
}

/** Writes the partial file and hashes it on the way. @throws what `write` throws; AppError TARGET_UNWRITABLE, CANCELLED */
export async function writeTarget<T>(
  { path, partPath }: ExportTarget,
  write: () => Promise<T>,
  signal: AbortSignal,
): Promise<HashedFile<T>> {
  try {
    return await hashWhileWritten(partPath, write, signal);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw signal.aborted ? cancelled() : unwritable(path, error);
  }
}

/** The failure of a write as what it was: a full disk looks like a failed query to the engine that wrote. */
export async function explainWriteFailure(error: unknown, { path }: ExportTarget): Promise<unknown> {
  if (!(error instanceof AppError) || error.code === 'CANCELLED') return error;
  const space = await statfs(dirname(path)).catch(() => undefined);
  if (space === undefined || space.bavail * space.bsize > FULL_BELOW) return error;
  return diskFull(path, error);
}

function unwritable(path: string, cause: unknown): AppError {
  const code = systemCode(cause);
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(path, cause);
  const reason =
    code === 'EROFS'
      ? 'the disk is read-only'
      : code === 'EACCES' || code === 'EPERM'
        ? 'permission is missing'
        : `the system says ${code === '' ? 'no' : code}`;
  return refuse(
    `${path} cannot be written: ${reason}.`,
    'Choose another folder, or change its permissions.',
    cause,
  );
}

function diskFull(path: string, cause: unknown): AppError {
  return refuse(`The disk of ${dirname(path)} is full.`, 'Free some space, or choose another folder.', cause);
}

function alreadyThere(path: string): AppError {
  const help = 'Choose another name, or confirm that it may be replaced.';
  return refuse(`${path} already exists.`, help, undefined, { exists: true });
}

function refuse(message: string, help: string, cause?: unknown, details?: AppError['details']): AppError {
  const shape = { code: 'TARGET_UNWRITABLE', message, help, retry: 'after-fix' } as const;
  return new AppError(details === undefined ? shape : { ...shape, details }, { cause });
}
