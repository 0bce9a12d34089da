import type { IncomingMessage } from 'node:http';
import type { Answer } from './answer.ts';
import type { Caller, KeyRing } from './api-keys.ts';
import type { RouteLabel } from './api-metrics.ts';
import { problemOf, PROBLEMS } from './problem-details.ts';
import type { ServerState } from './server-state.ts';

/** What is looked at of the headers of a request. */
export interface AskedHeaders {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** The value of If-None-Match. */
  readonly knownTags: string | undefined;
  /** Who sends it; undefined for a missing, wrong or revoked key. */
  callerIn(ring: KeyRing): Caller | undefined;
}

/** A request, whoever read it. */
export interface Asked {
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  readonly headers: AskedHeaders;
  /** The request that its body is read from; undefined where there cannot be one. */
  readonly message: IncomingMessage | undefined;
}

/** Where the answer to a request goes. */
export interface Reply {
  /**
   * Sends an answer, once.
   * @param headers names and values by turns; Content-Length and what concerns the connection are added
   * @param isLast whether the connection ends with it
   */
  send(status: number, headers: readonly string[], body: string, isLast: boolean): void;
}

/** One request and its answer. */
export class Exchange {
  readonly asked: Asked;
  readonly state: ServerState;
  /** Milliseconds since 1970. */
  readonly now: number;
  route: RouteLabel = 'none';
  caller: Caller | undefined;
  readonly #reply: Reply;
  readonly #begun = performance.now();
  #isSent = false;

  constructor(state: ServerState, asked: Asked, reply: Reply) {
    this.state = state;
    this.asked = asked;
    this.#reply = reply;
    this.now = state.clock();
  }

  /** The parts that the caller may read. */
  get scope(): ReadonlySet<string> {
    return this.caller?.parts ?? NOTHING;
  }

  /** The ETag of whatever is told of this path, if the store knows when that changes. */
  get tag(): string | undefined {
    const { caller, state } = this;
    const version = state.store.version();
    return version === undefined || caller === undefined ? undefined : state.tag.of(version, caller);
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
    const { tag } = answer;
    const { knownTags: known, origin } = this.asked.headers;
    const isKnown = tag !== undefined && known !== undefined && names(known, tag);
    const headers = isKnown ? [] : headersOf(answer);
    if (tag !== undefined) headers.push('ETag', tag);
    headers.push('Cache-Control', 'private, no-cache', 'Vary', VARY, 'Date', dateOf(this.now));
    if (origin !== undefined && this.state.served.origins.has(origin)) {
      headers.push('Access-Control-Allow-Origin', origin);
      headers.push('Access-Control-Expose-Headers', 'ETag, Retry-After');
    }
    this.#end(isKnown ? 304 : answer.status, headers, isKnown ? '' : answer.body, answer.isLast);
  }

  /** Answers a failure, mostly of the store. */
  fail(error: unknown): void {
    const problem = problemOf(error);
    if (problem.status === 500) this.state.onFailure(error);
    if (!this.#isSent) this.send(problem);
  }

  /** Answers 204 to the preflight of a listed origin. */
  allowPreflight(origin: string): void {
    const allowed = [
      ['Access-Control-Allow-Origin', origin],
      ['Access-Control-Allow-Methods', 'GET, POST'],
      ['Access-Control-Allow-Headers', 'authorization, content-type, if-none-match'],
      ['Access-Control-Max-Age', '600'],
      ['Vary', VARY],
      ['Date', dateOf(this.now)],
    ];
    this.#end(204, allowed.flat(), '');
  }

  #end(status: number, headers: readonly string[], body: string, isLast = false): void {
    this.#reply.send(status, headers, body, isLast);
    this.#isSent = true;
    const took = performance.now() - this.#begun;
    this.state.metrics.addRequest(this.route, status, took);
    if (this.caller !== undefined) this.state.latency.add(took, status >= 500, this.now);
  }
}

const NOTHING: ReadonlySet<string> = new Set();
const VARY = 'Authorization, Origin';

function headersOf({ type, header }: Answer): string[] {
  const headers = ['Content-Type', type];
  if (header !== undefined) headers.push(...header);
  return headers;
}

let second = 0;
let date = '';

/** The value of a Date header: made once for each second. */
function dateOf(now: number): string {
  const current = Math.floor(now / 1000);
  if (current !== second) {
    second = current;
    date = new Date(now).toUTCString();
  }
  return date;
}

/** Whether an If-None-Match header names a tag, or any. */
function names(header: string, tag: string): boolean {
  if (header === tag || header === '*') return true;
  return header.split(',').some((each) => each.trim().replace(/^W\//, '') === tag);
}
