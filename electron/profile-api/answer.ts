/** The media type of everything that is no problem and no metrics. */
export const JSON_TYPE = 'application/json; charset=utf-8';

/** What a request is answered with. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type: string;
  /** Whether it has an ETag, and is 304 to a client that has just this. */
  readonly isTagged?: boolean;
  /** One more header. */
  readonly header?: readonly [name: string, value: string];
  /** The connection ends with it: what the client still sends is not read. */
  readonly isLast?: boolean;
}

/** JSON that says the same until a part is refreshed. */
export function tagged(body: string): Answer {
  return { status: 200, body, type: JSON_TYPE, isTagged: true };
}

/** A text as it is. */
export function plain(status: number, body: string, type = JSON_TYPE): Answer {
  return { status, body, type };
}
