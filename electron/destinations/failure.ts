import type { ErrorCode } from '../domain/app-error.ts';
import { DeliveryFailure, type Exchange } from './destination.ts';

/** What a failure may carry beside its text. `afterMs`: milliseconds that the vendor asks to wait. */
export interface FailureMore {
  readonly afterMs?: number | undefined;
  readonly exchange?: Exchange | undefined;
  readonly cause?: unknown;
  readonly where?: string;
}

const RETRY = { retry: 'later', unknown: 'later', reject: 'no', stop: 'after-fix' } as const;

/** A failure of a delivery with its text: `message` says what happened and why, `help` the next act. */
export function failDelivery(
  kind: DeliveryFailure['kind'],
  code: ErrorCode,
  message: string,
  help: string,
  more: FailureMore = {},
): DeliveryFailure {
  const { afterMs, exchange, cause, where } = more;
  return new DeliveryFailure(
    kind,
    { code, message, help, retry: RETRY[kind], ...(where === undefined ? {} : { where }) },
    {
      ...(afterMs === undefined ? {} : { afterMs }),
      ...(exchange === undefined ? {} : { exchange }),
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

/** SETTINGS_INVALID at a field of the account or of the target, such as `settings.adAccountId`. */
export function invalidSetting(where: string, message: string, help: string): DeliveryFailure {
  return failDelivery('stop', 'SETTINGS_INVALID', message, help, { where });
}

/** The vendor does not accept the credentials. `code` is the vendor's own. */
export function signInRefused(vendor: string, code: string, exchange: Exchange): DeliveryFailure {
  return failDelivery(
    'stop',
    'AUTH_FAILED',
    `${vendor} refuses the credentials (${code}): they are wrong, expired or revoked.`,
    'Create new credentials at the vendor and paste them into the destination.',
    { exchange },
  );
}

/** The credentials hold, but not for this. `needed` names the scope or grant. */
export function permissionMissing(
  vendor: string,
  code: string,
  needed: string,
  exchange: Exchange,
): DeliveryFailure {
  return failDelivery(
    'stop',
    'PERMISSION_DENIED',
    `${vendor} does not allow this with these credentials (${code}).`,
    `Grant ${needed}, then try again.`,
    { exchange },
  );
}

/** The vendor asks to slow down: nothing was taken. */
export function slowDown(vendor: string, afterMs: number | undefined, exchange: Exchange): DeliveryFailure {
  return failDelivery(
    'retry',
    'RATE_LIMITED',
    `${vendor} asks to slow down.`,
    'Slipway waits and tries again. Fewer runs at a time help.',
    { afterMs, exchange },
  );
}

/** The vendor is out of order for now: nothing was taken. `why` is a status or the vendor's code. */
export function outOfOrder(
  vendor: string,
  why: string,
  exchange: Exchange,
  afterMs?: number,
): DeliveryFailure {
  return failDelivery(
    'retry',
    'HOST_UNREACHABLE',
    `${vendor} cannot take it for now (${why}).`,
    'Slipway tries again. If it goes on, look at the status page of the vendor.',
    { exchange, afterMs },
  );
}

/** The answer is none of the vendor's: whether the request was taken cannot be told. */
export function unreadableAnswer(vendor: string, exchange: Exchange): DeliveryFailure {
  return failDelivery(
    'unknown',
    'HOST_UNREACHABLE',
    `The answer with status ${exchange.status} is none of ${vendor}: something in between may have answered.`,
    'Check the API address and the network, then try again.',
    { exchange },
  );
}

/** The vendor refuses this batch as it is. */
export function batchRefused(vendor: string, code: string, exchange: Exchange): DeliveryFailure {
  return failDelivery(
    'reject',
    'DELIVERY_REJECTED',
    `${vendor} refuses the request (${code}).`,
    'Check the mapped fields and the target against the documentation of the vendor.',
    { exchange },
  );
}

/** The same failure where trying again is harmless, since what was asked for is looked up before it is made. */
export function asRetry(error: unknown): unknown {
  if (!(error instanceof DeliveryFailure) || error.kind !== 'unknown') return error;
  return new DeliveryFailure('retry', error.error, {
    ...(error.exchange === undefined ? {} : { exchange: error.exchange }),
    cause: error,
  });
}
