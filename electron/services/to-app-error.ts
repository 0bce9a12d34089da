import { AppError } from '../domain/app-error.ts';
import { systemCode } from '../domain/system-code.ts';

/**
 * Any failure as an AppError. What was not foreseen becomes INTERNAL, or STORE_UNUSABLE where the local store failed; its own text,
 * which may repeat what it was given, stays in `cause`.
 */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = systemCode(error);
  if (code.startsWith('SQLITE_')) {
    return new AppError(
      {
        code: 'STORE_UNUSABLE',
        message: `The local store failed (${code}).`,
        help:
          code === 'SQLITE_FULL'
            ? 'The disk is full. Free some space, then try again.'
            : 'Try again. If it happens again, close other programs that use the store, then restart Slipway.',
        retry: 'after-fix',
      },
      { cause: error },
    );
  }
  return new AppError(
    {
      code: 'INTERNAL',
      message: 'Something inside Slipway failed.',
      help: 'Try again. If it happens again, report the steps that lead here.',
      retry: 'later',
    },
    { cause: error },
  );
}
