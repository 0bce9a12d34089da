import { ORPCError, ValidationError } from '@orpc/server';
import { AppError } from '../domain/app-error.ts';
import { toAppError } from '../services/index.ts';

/** Every failure crosses as the contract's one typed error; what is unknown becomes INTERNAL without its text. */
export function toRpcError(error: unknown): ORPCError<'APP_ERROR', unknown> {
  const shape = toAppError(refusedInput(error) ?? error).toShape();
  return new ORPCError('APP_ERROR', { message: shape.message, data: shape, defined: true });
}

/** Input that does not fit the contract: only a page of another version, or a hand-made call, sends it. */
function refusedInput(error: unknown): AppError | undefined {
  if (!(error instanceof ORPCError) || error.code !== 'BAD_REQUEST') return undefined;
  const issue = error.cause instanceof ValidationError ? error.cause.issues[0] : undefined;
  const where = issue?.path?.map((step) => String(typeof step === 'object' ? step.key : step)).join('.');
  return new AppError({
    code: 'VALUE_INVALID',
    message: `The request does not fit: ${issue?.message ?? 'it cannot be read'}.`,
    help: 'Correct the value, or reload the window.',
    retry: 'after-fix',
    ...(where === undefined || where === '' ? {} : { where }),
  });
}
