import type { CallName } from '../thrift/messages.ts';

/** Something that goes wrong on demand. Without `on` it holds for every call; without `times` until it is cleared. */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: 401 | 403 | 404 | 429 | 503;
      /** Seconds of the Retry-After header. */
      readonly retryAfter?: number;
      readonly times?: number;
      readonly on?: CallName;
    }
  /** The warehouse starts: every call is answered 503 until `seconds` have passed since the fault was set. */
  | { readonly kind: 'starting'; readonly seconds: number }
  /**
   * The connection is destroyed in the middle of the answer to the fetch after so many complete ones. Once. Of an answer
   * that told its length the driver waits for the rest until its socketTimeout (15 minutes); a chunked one it rejects.
   */
  | { readonly kind: 'drop'; readonly afterFetches: number; readonly chunked?: boolean }
  /** Every answer begins so much later. */
  | { readonly kind: 'slow'; readonly milliseconds: number; readonly times?: number; readonly on?: CallName }
  /** Every token that was given out is refused until the faults are cleared. */
  | { readonly kind: 'expire-tokens' }
  /** Answers are replaced by broken ones, the same for the same seed and number of the answer. */
  | { readonly kind: 'garbage'; readonly seed: number; readonly times?: number; readonly on?: CallName };

/** An answer of HTTP that takes the place of the real one. */
export interface HttpRefusal {
  readonly status: number;
  readonly retryAfter?: number;
  readonly code: string;
  readonly message: string;
}

interface ActiveFault {
  readonly fault: Fault;
  readonly since: number;
  count: number;
}

const REFUSALS: Readonly<Record<401 | 403 | 404 | 429 | 503, Omit<HttpRefusal, 'status' | 'retryAfter'>>> = {
  401: {
    code: 'UNAUTHENTICATED',
    message: 'Credential was not sent or was of an unsupported type for this API.',
  },
  403: {
    code: 'PERMISSION_DENIED',
    message: 'User does not have permission to use the SQL warehouse. Ask its owner for CAN USE.',
  },
  404: { code: 'RESOURCE_DOES_NOT_EXIST', message: 'SQL warehouse not found.' },
  429: { code: 'REQUEST_LIMIT_EXCEEDED', message: 'Too many requests.' },
  503: { code: 'TEMPORARILY_UNAVAILABLE', message: 'The SQL warehouse is starting. Try again later.' },
};

/** The refusal that Databricks sends with a status. */
export function refusalOf(status: keyof typeof REFUSALS, retryAfter?: number): HttpRefusal {
  return { status, ...REFUSALS[status], ...(retryAfter === undefined ? {} : { retryAfter }) };
}

/** The faults that are set, asked once for each call. */
export class Faults {
  #active: ActiveFault[] = [];

  set(fault: Fault): void {
    this.#active.push({ fault, since: Date.now(), count: 0 });
  }

  clear(): void {
    this.#active = [];
  }

  /** When tokens that were given out before this instant ceased to count, in milliseconds; undefined while they do. */
  expiredBefore(): number | undefined {
    return this.#active.find(({ fault }) => fault.kind === 'expire-tokens')?.since;
  }

  /** The refusal of this call, if a fault asks for one. */
  refusal(call: CallName): HttpRefusal | undefined {
    for (const active of this.#active) {
      const { fault } = active;
      if (fault.kind === 'starting' && Date.now() < active.since + fault.seconds * 1000)
        return refusalOf(503, 1);
      if (fault.kind === 'status' && isDue(active, fault, call))
        return refusalOf(fault.status, fault.retryAfter);
    }
    return undefined;
  }

  /** Milliseconds to wait before the answer to this call. */
  delay(call: CallName): number {
    return this.#active.reduce(
      (sum, active) =>
        active.fault.kind === 'slow' && isDue(active, active.fault, call)
          ? sum + active.fault.milliseconds
          : sum,
      0,
    );
  }

  /** How the answer to this call is framed when the connection is to break in the middle of it. */
  drop(call: CallName): 'chunked' | 'length' | undefined {
    if (call !== 'FetchResults') return undefined;
    for (const active of this.#active) {
      if (active.fault.kind !== 'drop') continue;
      active.count += 1;
      if (active.count === active.fault.afterFetches + 1)
        return active.fault.chunked === true ? 'chunked' : 'length';
    }
    return undefined;
  }

  /** A number to make garbage by, if this call is to be answered with garbage. */
  garbageSeed(call: CallName): number | undefined {
    for (const active of this.#active) {
      const { fault } = active;
      if (fault.kind === 'garbage' && isDue(active, fault, call)) return fault.seed * 100_003 + active.count;
    }
    return undefined;
  }
}

function isDue(active: ActiveFault, fault: { times?: number; on?: CallName }, call: CallName): boolean {
  if (fault.on !== undefined && fault.on !== call) return false;
  if (fault.times !== undefined && active.count >= fault.times) return false;
  active.count += 1;
  return true;
}
