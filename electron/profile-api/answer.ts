import { hash } from 'node:crypto';

/** The media type of everything that is no problem and no metrics. */
export const JSON_TYPE = 'application/json; charset=utf-8';

/** What a request is answered with. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type: string;
  /** Its strong ETag: it is 304 to a client that has just this. */
  readonly tag?: string;
  /** One more header. */
  readonly header?: readonly [name: string, value: string];
  /** The connection ends with it: what the client still sends is not read. */
  readonly isLast?: boolean;
}

/** Whether an answer of this status has a body, and so a Content-Length. */
export function hasBody(status: number): boolean {
  return status !== 204 && status !== 304;
}

/**
 * JSON that says the same until a part is refreshed.
 * @param tag its ETag: one that is made of it, where none is given
 */
export function tagged(body: string, tag: string = tagOf(body)): Answer {
  return { status: 200, body, type: JSON_TYPE, tag };
}

function tagOf(body: string): string {
  return `"${hash('sha256', body, 'base64url').slice(0, 22)}"`;
}

/** A text as it is. */
export function plain(status: number, body: string, type = JSON_TYPE): Answer {
  return { status, body, type };
}
