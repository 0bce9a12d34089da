import { AppError } from '../domain/app-error.ts';
import { systemCode } from '../domain/system-code.ts';

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: 'it already exists',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is a file',
  EISDIR: 'a folder has this name',
  EACCES: 'it may not be written',
  EPERM: 'it may not be written',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
  EFBIG: 'it would be too large for the disk',
  ENAMETOOLONG: 'its name is too long',
};

/** The error of a file that cannot be written. `reason` completes the sentence “… cannot be written: ”, or is the system's error. */
export function targetUnwritable(target: string, reason: unknown): AppError {
  const code = systemCode(reason);
  const why = typeof reason === 'string' ? reason : (REASONS[code] ?? 'it cannot be opened');
  return new AppError({
    code: 'TARGET_UNWRITABLE',
    message: `“${target}” cannot be written: ${why}.`,
    help: why === 'the disk is full' ? 'Free some space or choose another disk.' : 'Choose another place.',
    retry: 'after-fix',
    details: { path: target },
  });
}
