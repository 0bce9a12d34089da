import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import type { Caller } from './api-keys.ts';
import type { RouteLabel } from './api-metrics.ts';
import { problemOf, PROBLEMS } from './problem-details.ts';
import type { ServerState } from './server-state.ts';
import { tagOf } from './served-settings.ts';

/** One request and its answer. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly state: ServerState;
  /** Milliseconds since 1970. */
  readonly now: number;
  route: RouteLabel = 'none';
  caller: Caller | undefined;
  readonly #response: ServerResponse;
  readonly #begun = performance.now();

  constructor(state: ServerState, request: IncomingMessage, response: ServerResponse) {
    this.state = state;
    this.request = request;
    this.#response = response;
    this.now = state.clock();
  }

  /** The parts that the caller may read. */
  get scope(): ReadonlySet<string> {
    return this.caller?.parts ?? NOTHING;
  }

  /**
   * Takes from what the key may ask for at this time, and counts where that is too little.
   * @param paid what of `cost` was taken before
   * @returns the refusal, if it was not enough
   */
  payFor(cost: number, paid = 0): Answer | undefined {
    const { caller, now, state } = this;
    if (caller === undefined || state.limit.take(caller.id, cost, now, paid)) return undefined;
    state.reads.addRefused(caller.id, now);
    const seconds = state.limit.secondsUntil(caller.id, cost, now);
    return { ...PROBLEMS.tooManyRequests, header: ['Retry-After', String(seconds)] };
  }

  /** Sends the answer. */
  send(answer: Answer): void {
    const tag = answer.isTagged === true ? tagOf(answer.body) : undefined;
    const known = this.request.headers['if-none-match'];
    const isKnown = tag !== undefined && known !== undefined && names(known, tag);
    const headers = isKnown ? [] : headersOf(answer);
    if (tag !== undefined) headers.push('ETag', tag);
    headers.push('Cache-Control', 'private, no-cache', 'Vary', VARY);
    const { origin } = this.request.headers;
    if (origin !== undefined && this.state.served.origins.has(origin)) {
      headers.push('Access-Control-Allow-Origin', origin);
      headers.push('Access-Control-Expose-Headers', 'ETag, Retry-After');
    }
    if (answer.isLast === true) headers.push('Connection', 'close');
    this.#end(isKnown ? 304 : answer.status, headers, isKnown ? '' : answer.body);
  }

  /** Answers a failure, mostly of the store. */
  fail(error: unknown): void {
    const problem = problemOf(error);
    if (problem.status === 500) this.state.onFailure(error);
    if (this.#response.headersSent) this.#response.destroy();
    else this.send(problem);
  }

  /** Answers 204 to the preflight of a listed origin. */
  allowPreflight(origin: string): void {
    const allowed = [
      ['Access-Control-Allow-Origin', origin],
      ['Access-Control-Allow-Methods', 'GET, POST'],
      ['Access-Control-Allow-Headers', 'authorization, content-type, if-none-match'],
      ['Access-Control-Max-Age', '600'],
      ['Vary', VARY],
    ];
    this.#end(204, allowed.flat(), '');
  }

  /** One flat list and one text: node:http then writes head and body at once. */
  #end(status: number, headers: string[], body: string): void {
    // Node's parser reads no second request after one that asked for another protocol.
    if (this.request.headers.upgrade !== undefined) headers.push('Connection', 'close');
    this.#response.writeHead(status, headers);
    this.#response.end(body);
    const took = performance.now() - this.#begun;
    this.state.metrics.addRequest(this.route, status, took);
    if (this.caller !== undefined) this.state.latency.add(took, status >= 500, this.now);
  }
}

const NOTHING: ReadonlySet<string> = new Set();
const VARY = 'Authorization, Origin';

function headersOf({ type, body, header }: Answer): string[] {
  const headers = ['Content-Type', type, 'Content-Length', String(Buffer.byteLength(body))];
  if (header !== undefined) headers.push(...header);
  return headers;
}

/** Whether an If-None-Match header names a tag, or any. */
function names(header: string, tag: string): boolean {
  if (header === tag || header === '*') return true;
  return header.split(',').some((each) => each.trim().replace(/^W\//, '') === tag);
}
