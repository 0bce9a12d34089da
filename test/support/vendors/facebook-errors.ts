import type { VendorRefusals } from './vendor-fault.ts';
import type { VendorAnswer } from './vendor-server.ts';

/** HTTP statuses by code; Meta publishes none, these are what its replies are seen with. */
const STATUSES: Readonly<Record<number, number>> = {
  1: 500,
  2: 503,
  10: 403,
  102: 401,
  104: 401,
  190: 401,
  200: 403,
};

/** An error in the Graph API's form. */
export function graphError(code: number, subcode: number | undefined, message: string): VendorAnswer {
  return {
    status: STATUSES[code] ?? 400,
    json: {
      error: {
        message: `(#${code}) ${message}`,
        type: 'OAuthException',
        code,
        ...(subcode === undefined ? {} : { error_subcode: subcode }),
        fbtrace_id: 'AbCdEfGhIjKlMnOpQrStUv',
      },
    },
  };
}

/** How Meta refuses: no Retry-After, but a header of usage with the minutes until access is regained. */
export const facebookRefusals: VendorRefusals = {
  unauthorized: () => graphError(190, 463, 'Error validating access token: Session has expired'),
  forbidden: () => graphError(200, undefined, 'Permissions error'),
  rateLimit: (retryAfterS) => ({
    ...graphError(80_003, 2_446_079, 'There have been too many calls to this ad-account'),
    ...(retryAfterS === undefined
      ? {}
      : {
          headers: {
            'x-business-use-case-usage': JSON.stringify({
              '1234567890': [
                {
                  type: 'custom_audience',
                  call_count: 100,
                  total_cputime: 25,
                  total_time: 25,
                  estimated_time_to_regain_access: Math.ceil(retryAfterS / 60),
                },
              ],
            }),
          },
        }),
  }),
  serverError: (status) =>
    status === 503
      ? graphError(2, undefined, 'Service temporarily unavailable')
      : graphError(1, undefined, 'An unknown error occurred'),
};
