import type { VendorRefusals } from './vendor-fault.ts';
import type { VendorAnswer } from './vendor-server.ts';

const REQUEST_ID = '20261124120000010245061234567890AB';

/** An error in TikTok's form: HTTP 200, the code in the body. */
export function tikTokError(code: number, message: string): VendorAnswer {
  return { status: 200, isRefused: true, json: { code, message, request_id: REQUEST_ID, data: {} } };
}

/** A success in TikTok's form. */
export function tikTokOk(data: unknown = {}): VendorAnswer {
  return { status: 200, json: { code: 0, message: 'OK', request_id: REQUEST_ID, data } };
}

/** A wrong value of a parameter. */
export function wrongParameter(message: string): VendorAnswer {
  return tikTokError(40_002, message);
}

/** How TikTok refuses: 40100 for too many requests, with neither a header nor a time; 5xx only from what stands before it. */
export const tikTokRefusals: VendorRefusals = {
  unauthorized: () => tikTokError(40_105, 'Access token is incorrect or has been revoked.'),
  forbidden: () => tikTokError(40_001, 'Permission denied: the app has no permission for this resource.'),
  rateLimit: () => tikTokError(40_100, 'Too many requests. Please retry in some time.'),
  serverError: (status) => ({
    status,
    json: { code: 50_000, message: 'System error.', request_id: REQUEST_ID, data: {} },
  }),
};
