import { z } from 'zod';
import { AppError, ErrorCode } from '../domain/app-error.ts';
import type { Answer } from './answer.ts';

/** The media type of {@link Problem}. */
export const PROBLEM_TYPE = 'application/problem+json';

/** What went wrong, as RFC 9457 has it. Nothing of the request is in it. */
export const Problem = z.strictObject({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: ErrorCode.optional(),
});
export type Problem = z.infer<typeof Problem>;

/** Statuses of problems with their titles. */
export const TITLES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

/** A problem is answered again and again: its text is made once. */
function prepare(
  status: keyof typeof TITLES,
  detail: string,
  code?: ErrorCode,
  more: Partial<Answer> = {},
): Answer {
  const shape: Problem = {
    type: 'about:blank',
    title: TITLES[status],
    status,
    detail,
    ...(code === undefined ? {} : { code }),
  };
  return { status, body: JSON.stringify(shape), type: PROBLEM_TYPE, ...more };
}

/** When a server that could not answer may be asked again, in seconds. */
const LATER: Partial<Answer> = { header: ['Retry-After', '5'] };

/** Every problem that is answered. */
export const PROBLEMS = {
  badTarget: prepare(400, 'The path or query is not valid percent-encoded UTF-8.', 'VALUE_INVALID'),
  badCustomerId: prepare(400, 'A customer id is 1 to 200 characters of well-formed text.', 'VALUE_INVALID'),
  badIdentifier: prepare(
    400,
    'Name one known identifier and its value, once, as identifier=<name>:<value>.',
    'VALUE_INVALID',
  ),
  badBody: prepare(
    400,
    'The body is not a JSON object with 1 to 100 customerIds of 1 to 200 characters each.',
    'VALUE_INVALID',
  ),
  unauthorized: prepare(401, 'Send a valid key in the Authorization header.', 'AUTH_FAILED', {
    header: ['WWW-Authenticate', 'Bearer'],
  }),
  foreignOrigin: prepare(403, 'Pages of this origin may not read from here.', 'PERMISSION_DENIED'),
  foreignAudience: prepare(
    403,
    'The key may not read this audience, or there is none with this id.',
    'PERMISSION_DENIED',
  ),
  noRoute: prepare(404, 'Nothing is at this path. See /openapi.json.', 'NOT_FOUND'),
  noCustomer: prepare(404, 'No customer that the key may read has this id.', 'NOT_FOUND'),
  badMethod: prepare(405, 'The Allow header names the methods of this path.'),
  bodyTooLarge: prepare(413, 'A body is 64 KiB at most.', undefined, { isLast: true }),
  targetTooLong: prepare(414, 'Path and query are 2 KiB at most.'),
  badContentType: prepare(415, 'Send the body as application/json, without a content encoding.', undefined, {
    isLast: true,
  }),
  misdirected: prepare(421, 'The Host header must name the loopback address.'),
  tooManyRequests: prepare(429, 'The key has made too many requests.', 'RATE_LIMITED'),
  internal: prepare(500, 'The request could not be answered.', 'INTERNAL'),
  starting: prepare(503, 'Profiles are not read yet. Try again shortly.', 'WAREHOUSE_STARTING', LATER),
  storeUnreachable: prepare(
    503,
    'The store of profiles cannot be reached. Try again shortly.',
    'HOST_UNREACHABLE',
    LATER,
  ),
  storeFailed: prepare(
    503,
    'The store of profiles could not answer. Try again shortly.',
    'QUERY_FAILED',
    LATER,
  ),
} as const;

/** The problem that a failure of a store is answered with. The text of the error is for its owner and stays inside. */
export function problemOf(error: unknown): Answer {
  if (!(error instanceof AppError) || error.code === 'INTERNAL') return PROBLEMS.internal;
  // What only its owner can mend, such as a password that changed, is no defect of ours either.
  const isAway =
    error.code === 'HOST_UNREACHABLE' || (error.retry === 'later' && error.code !== 'QUERY_FAILED');
  return isAway ? PROBLEMS.storeUnreachable : PROBLEMS.storeFailed;
}
