import type { VendorAnswer, VendorRequest } from './vendor-server.ts';

/**
 * What goes wrong with a request, instead of or around its answer.
 * - `unauthorized`, `forbidden`, `rateLimit`, `serverError`: refused in the vendor's own form, nothing applied.
 * - `html`: a proxy's error page, nothing applied. `vendor`: a documented answer of the vendor, nothing applied.
 * - `cutBeforeAccept`: the socket is destroyed once the body is read, nothing applied.
 * - `timeoutAfterAccept`: applied, never answered; after `holdMs` the connection is closed, as a proxy does that waited too long. `cutAfterAccept`: applied, then cut in the middle of the answer's body.
 * - `garbage`: applied, then answered with a text that is no JSON. `slow`: applied and answered after a while.
 */
export type FaultKind =
  | { readonly kind: 'unauthorized' | 'forbidden' | 'html' }
  | { readonly kind: 'cutBeforeAccept' | 'cutAfterAccept' | 'garbage' }
  | { readonly kind: 'timeoutAfterAccept'; readonly holdMs?: number }
  | { readonly kind: 'rateLimit'; readonly retryAfterS?: number }
  | { readonly kind: 'serverError'; readonly status?: 500 | 503 }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'vendor'; readonly answer: VendorAnswer };

/** A fault with the requests that meet it: the next ones, or the next ones that match. Once unless `times` says more. */
export type Fault = FaultKind & {
  readonly on?: 'next' | ((request: VendorRequest) => boolean);
  readonly times?: number;
};

/** How a vendor words the refusals that every vendor has. */
export interface VendorRefusals {
  readonly unauthorized: () => VendorAnswer;
  readonly forbidden: () => VendorAnswer;
  readonly rateLimit: (retryAfterS: number | undefined) => VendorAnswer;
  readonly serverError: (status: 500 | 503) => VendorAnswer;
}

/** The faults that wait for their requests, first in first out. */
export interface FaultQueue {
  readonly add: (fault: Fault) => void;
  /** The fault that this request meets, used up by one. */
  readonly take: (request: VendorRequest) => Fault | undefined;
  readonly clear: () => void;
}

/** An empty queue. */
export function makeFaultQueue(): FaultQueue {
  let waiting: { readonly fault: Fault; left: number }[] = [];
  return {
    add: (fault) => {
      waiting.push({ fault, left: fault.times ?? 1 });
    },
    take: (request) => {
      const met = waiting.find(({ fault: { on } }) => typeof on !== 'function' || on(request));
      if (met === undefined) return undefined;
      met.left -= 1;
      if (met.left <= 0) waiting = waiting.filter((each) => each !== met);
      return met.fault;
    },
    clear: () => {
      waiting = [];
    },
  };
}

/** The answer that refuses a request by this fault, or undefined where the fault lets it through. */
export function refuseBy(fault: Fault, refusals: VendorRefusals): VendorAnswer | undefined {
  switch (fault.kind) {
    case 'unauthorized':
      return refusals.unauthorized();
    case 'forbidden':
      return refusals.forbidden();
    case 'rateLimit':
      return refusals.rateLimit(fault.retryAfterS);
    case 'serverError':
      return refusals.serverError(fault.status ?? 500);
    case 'html':
      return {
        status: 502,
        text: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
        type: 'text/html',
      };
    case 'vendor':
      return fault.answer;
    case 'cutBeforeAccept':
    case 'timeoutAfterAccept':
    case 'cutAfterAccept':
    case 'garbage':
    case 'slow':
      return undefined;
  }
}
