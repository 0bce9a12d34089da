import { AppError } from '../domain/app-error.ts';

/** A part is filled by somebody already. */
export function partInUse(part: string): AppError {
  return new AppError({
    code: 'IN_USE',
    message: `Profiles of “${part}” are being filled already.`,
    help: 'Wait until that has ended. Let one Slipway only fill a table.',
    retry: 'later',
  });
}

/** The parts that a store was opened with do not have this one. */
export function noSuchPart(): AppError {
  return new AppError({
    code: 'INTERNAL',
    message: 'A part was to be filled that the store of profiles does not have.',
    help: 'Report this with the steps that led here.',
    retry: 'no',
  });
}
