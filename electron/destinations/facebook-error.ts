import { z } from 'zod';
import type { ErrorCode } from '../domain/app-error.ts';
import type { DeliveryFailure, Exchange } from './destination.ts';
import {
  batchRefused,
  failDelivery,
  outOfOrder,
  permissionMissing,
  signInRefused,
  slowDown,
} from './failure.ts';
import { readJson, readRetryAfter, type HttpAnswer } from './http.ts';

/** The vendor's name in texts. */
export const FACEBOOK = 'Facebook';

const Failed = z.object({
  error: z.object({
    code: z.number().optional(),
    error_subcode: z.number().optional(),
    is_transient: z.boolean().optional(),
  }),
});

/** What an error of the Graph API says; its texts may repeat what was sent and are not read. */
export interface GraphError {
  readonly code: number;
  /** 0 where there is none. */
  readonly subcode: number;
  readonly isTransient: boolean;
}

/** The error in an answer's JSON, whatever its status, or undefined. */
export function readGraphError(json: unknown): GraphError | undefined {
  const parsed = Failed.safeParse(json);
  if (!parsed.success) return undefined;
  const { code = 0, error_subcode: subcode = 0, is_transient: isTransient = false } = parsed.data.error;
  return { code, subcode, isTransient };
}

/** Whether a failure is an error of the Graph API with one of these codes, written as `803` or `2650/1870158`. */
export function isGraphCode(failure: DeliveryFailure, ...codes: readonly string[]): boolean {
  return codes.includes(failure.exchange?.note ?? '');
}

/** Temporary by Meta's error reference and the Custom Audience references. */
const TRANSIENT = new Set([1, 2, 341, 5000]);
const TOO_FAST = new Set([4, 17, 613, 80003]);
const SIGN_IN = new Set([190, 102, 104]);
const PERMISSION = new Set([10, 200, 294]);

/** What only a person can mend: by subcode, or by code where the number comes there. */
interface OperatorCase {
  readonly error: ErrorCode;
  readonly codes: readonly number[];
  readonly message: string;
  readonly help: string;
}

const OPERATOR: readonly OperatorCase[] = [
  {
    error: 'DELIVERY_REJECTED',
    codes: [1713230],
    message: 'Meta has flagged the audience',
    help: 'Look at the audience in Ads Manager; use another audience where it stays flagged.',
  },
  {
    error: 'PERMISSION_DENIED',
    codes: [1870034, 1870090, 2655, 2663],
    message: 'The Custom Audience terms are not accepted for this ad account',
    help: 'Accept the terms in Ads Manager, under Audiences, with the business user of the token.',
  },
  {
    error: 'PERMISSION_DENIED',
    codes: [1870050],
    message: 'The ad account is not linked to a business',
    help: 'Link the ad account to a business in Business settings.',
  },
  {
    error: 'DELIVERY_REJECTED',
    codes: [1870047],
    message: 'The removal would make the audience too small, so Meta refuses it',
    help: 'Delete the audience in Ads Manager, or use one that keeps more members.',
  },
  {
    error: 'DELIVERY_REJECTED',
    codes: [1870144],
    message: 'The audience is too large to be replaced: 100 million people or more',
    help: 'Use the mode “mirror” for this audience.',
  },
  {
    error: 'NOT_FOUND',
    codes: [1487366, 1487301],
    message: 'The audience does not exist any more',
    help: 'Choose another audience in the activation.',
  },
  {
    error: 'SETTINGS_INVALID',
    codes: [2635],
    message: 'Meta has retired this version of the API',
    help: 'Enter a current version in the destination, such as v25.0.',
  },
  {
    error: 'PERMISSION_DENIED',
    codes: [368],
    message: 'Meta has blocked the account for a while for breaking its policies',
    help: 'Look at Account quality in Business settings.',
  },
];

/** The failure of any answer that is none of success, by the vendor's table. */
export function classifyFacebook(answer: HttpAnswer): DeliveryFailure {
  const error = readGraphError(readJson(answer.text));
  return error === undefined ? classifyStatus(answer) : classifyError(answer, error);
}

function classifyError(answer: HttpAnswer, { code, subcode, isTransient }: GraphError): DeliveryFailure {
  const note = subcode === 0 ? String(code) : `${code}/${subcode}`;
  const exchange: Exchange = { ...answer.exchange, note };
  const operator = OPERATOR.find(({ codes }) => codes.includes(subcode) || codes.includes(code));
  if (operator !== undefined) {
    return failDelivery('stop', operator.error, `${operator.message} (${note}).`, operator.help, {
      exchange,
    });
  }
  // Too many rows come as code 1, which is otherwise temporary.
  if (code === 1 && subcode === 99) return batchRefused(FACEBOOK, note, exchange);
  if (SIGN_IN.has(code)) return signInRefused(FACEBOOK, note, exchange);
  if (PERMISSION.has(code) || (code === 100 && subcode === 33)) {
    return permissionMissing(
      FACEBOOK,
      note,
      '`ads_management` to the token, and its user the role Admin on the ad account',
      exchange,
    );
  }
  if (TOO_FAST.has(code)) return slowDown(FACEBOOK, readRegainTime(answer), exchange);
  if (subcode === 1870145) return outOfOrder(FACEBOOK, note, exchange);
  if (TRANSIENT.has(code) || isTransient || answer.status >= 500) {
    return outOfOrder(FACEBOOK, note, exchange, readRetryAfter(answer.headers, Date.now()));
  }
  return batchRefused(FACEBOOK, note, exchange);
}

function classifyStatus({ status, headers, exchange }: HttpAnswer): DeliveryFailure {
  const code = `status ${status}`;
  const afterMs = readRetryAfter(headers, Date.now());
  if (status === 401) return signInRefused(FACEBOOK, code, exchange);
  if (status === 429) return slowDown(FACEBOOK, afterMs, exchange);
  if (status === 413) return batchRefused(FACEBOOK, code, exchange);
  // The HTML of a gateway, whatever its status.
  return outOfOrder(FACEBOOK, `${code} without an answer of the API`, exchange, afterMs);
}

const Usage = z.record(
  z.string(),
  z.array(z.object({ estimated_time_to_regain_access: z.number().optional() })),
);

/** Milliseconds until access comes back, at most an hour; the unit of minutes is from memory and unconfirmed. Undefined where it is not told. */
function readRegainTime({ headers }: HttpAnswer): number | undefined {
  const usage = Usage.safeParse(readJson(headers.get('x-business-use-case-usage') ?? ''));
  const minutes = usage.success
    ? Math.max(
        0,
        ...Object.values(usage.data)
          .flat()
          .map((each) => each.estimated_time_to_regain_access ?? 0),
      )
    : 0;
  return minutes === 0 ? readRetryAfter(headers, Date.now()) : Math.min(minutes * 60_000, 3_600_000);
}
