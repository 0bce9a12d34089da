import { z } from 'zod';

/**
 * Every error code that crosses a boundary. The comment groups say who acts next.
 * The list is closed: a new failure needs a code, so that the text and the help can be tested.
 */
export const ERROR_CODES = [
  // settings: the person at the form
  'SETTINGS_INVALID',
  'AUTH_FAILED',
  'PERMISSION_DENIED',
  'KEYCHAIN_UNAVAILABLE',
  // reach: the network or the warehouse
  'HOST_UNREACHABLE',
  'WAREHOUSE_STARTING',
  'TIMEOUT',
  'RATE_LIMITED',
  // model: the definitions no longer fit the lakehouse
  'NOT_FOUND',
  'IN_USE',
  'NAME_TAKEN',
  'TABLE_MISSING',
  'COLUMN_MISSING',
  'COLUMN_CHANGED',
  'MODEL_MISSING',
  'MODEL_NOT_READY',
  'AUDIENCE_CYCLE',
  'RULE_INVALID',
  'IDENTIFIER_INVALID',
  'VALUE_INVALID',
  'WORKSPACE_INVALID',
  'FILE_INVALID',
  // run
  'CANCELLED',
  'QUERY_FAILED',
  'TARGET_UNWRITABLE',
  'DELIVERY_REJECTED',
  'STATE_CHANGED',
  // inside
  'STORE_UNUSABLE',
  'INTERNAL',
] as const;

export const ErrorCode = z.enum(ERROR_CODES);
export type ErrorCode = z.infer<typeof ErrorCode>;

/** May the same act be tried again: never as it is, later by itself, or once the cause is mended. */
export const Retry = z.enum(['no', 'later', 'after-fix']);
export type Retry = z.infer<typeof Retry>;

/** The plain-data form of an {@link AppError}, as it crosses RPC. `where` is a path such as `audiences[0].rule.rules[1]`. */
export const AppErrorShape = z.object({
  code: ErrorCode,
  message: z.string(),
  help: z.string(),
  retry: Retry,
  where: z.string().optional(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});
export type AppErrorShape = z.infer<typeof AppErrorShape>;

/**
 * The one error that crosses a boundary: `message` says what happened and why, `help` the next act.
 * Neither ever holds a secret or a customer's data.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly help: string;
  readonly retry: Retry;
  readonly where: string | undefined;
  readonly details: AppErrorShape['details'];

  constructor(shape: AppErrorShape, options?: ErrorOptions) {
    super(shape.message, options);
    this.name = 'AppError';
    this.code = shape.code;
    this.help = shape.help;
    this.retry = shape.retry;
    this.where = shape.where;
    this.details = shape.details;
  }

  /** The plain data of this error, without its cause or stack. */
  toShape(): AppErrorShape {
    return {
      code: this.code,
      message: this.message,
      help: this.help,
      retry: this.retry,
      ...(this.where === undefined ? {} : { where: this.where }),
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }
}

/** The error of a cancel: never shown as a failure. */
export function cancelled(): AppError {
  return new AppError({
    code: 'CANCELLED',
    message: 'Cancelled.',
    help: 'Start again when ready.',
    retry: 'after-fix',
  });
}

/** Throws {@link cancelled} when the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled();
}

/** Closes a `switch` over a union: a new member does not compile until it is handled. */
export function unreachable(value: never): never {
  throw new AppError({
    code: 'INTERNAL',
    message: `Unhandled case: ${JSON.stringify(value)}.`,
    help: 'Report this with the steps that led here.',
    retry: 'no',
  });
}
