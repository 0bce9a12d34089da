import type { VendorRefusals } from './vendor-fault.ts';
import type { VendorAnswer } from './vendor-server.ts';

/** An error in SparkPost's form: codes are texts. */
export function sparkPostError(
  status: number,
  code: string,
  message: string,
  description?: string,
): VendorAnswer {
  return {
    status,
    json: { errors: [{ message, ...(description === undefined ? {} : { description }), code }] },
  };
}

/** Nothing was sent, since a sending limit is reached: 2101 hourly, 2102 daily, 2103 sandbox, 2105 monthly. */
export function sendingLimit(code: '2101' | '2102' | '2103' | '2105'): VendorAnswer {
  return sparkPostError(420, code, 'Exceed Sending Limit', 'exceeded sending limit');
}

/** How SparkPost refuses. It documents no Retry-After; a proxy before it may still send one. */
export const sparkPostRefusals: VendorRefusals = {
  unauthorized: () => ({ status: 401, json: { errors: [{ message: 'Unauthorized.' }] } }),
  forbidden: () => ({ status: 403, json: { errors: [{ message: 'Forbidden.' }] } }),
  rateLimit: (retryAfterS) => ({
    status: 429,
    json: { errors: [{ message: 'Too many requests' }] },
    ...(retryAfterS === undefined ? {} : { headers: { 'retry-after': String(retryAfterS) } }),
  }),
  serverError: (status) =>
    status === 503
      ? sparkPostError(503, '1900', 'service unavailable')
      : { status, json: { errors: [{ message: 'Internal Server Error' }] } },
};
