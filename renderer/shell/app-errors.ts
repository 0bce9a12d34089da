import { ORPCError } from '@orpc/client';
import { AppErrorShape, cancelled } from '../../electron/domain/app-error.ts';

/**
 * Any failure of a call as the shape that pages show. Pass the call's signal: a cancel and the death of the
 * engine both reject with an AbortError, and only the signal tells them apart.
 */
export function toAppError(error: unknown, signal?: AbortSignal): AppErrorShape {
  if (signal?.aborted === true) return cancelled().toShape();
  if (error instanceof ORPCError) {
    const parsed = AppErrorShape.safeParse(error.data);
    if (parsed.success) return parsed.data;
    return {
      code: 'INTERNAL',
      message: `The engine refused the call: ${error.message}.`,
      help: 'Report this with the steps that led here.',
      retry: 'no',
    };
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return {
      code: 'INTERNAL',
      message: 'The engine stopped before it answered.',
      help: 'It restarts by itself. Try again.',
      retry: 'later',
    };
  }
  return {
    code: 'INTERNAL',
    message: error instanceof Error ? error.message : 'The call failed for an unknown reason.',
    help: 'Try again. Where it fails again, report the steps that led here.',
    retry: 'later',
  };
}

/** True where a person ended the call: shown as nothing, never as a failure. */
export function isCancel(error: AppErrorShape): boolean {
  return error.code === 'CANCELLED';
}
