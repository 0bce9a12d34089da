import { timingSafeEqual } from 'node:crypto';
import type { Caller, KeyRing } from './api-keys.ts';

/** Longer heads are left to `node:http`, in bytes. */
const LONGEST = 4096;
const LINE_END = '\r\n';
const CR = 13;
const LF = 10;
const METHOD = 'GET ';
const VERSION = ' HTTP/1.1';
/** Path and query, of all the characters that RFC 3986 has in them. */
const TARGET = /^\/[\w\-.~%!$&'()*+,;=:@/?]*$/;
const HEADER_LINE = /^([A-Za-z][\w-]*): ?((?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?)$/;
/** Headers that say how a message is framed or what becomes of its connection. */
const FRAMING = new Set([
  'connection',
  'content-length',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The headers of a request that is no more than a head. */
export class RequestHeaders {
  readonly host: string;
  readonly origin: string | undefined;
  readonly knownTags: string | undefined;
  /** All of them as they came, from the end of the request line on. */
  readonly bytes: Buffer;
  readonly #authorization: string | undefined;
  #ring: KeyRing | undefined;
  #caller: Caller | undefined;

  constructor(host: string, values: ReadonlyMap<string, string>, bytes: Buffer) {
    this.host = host;
    this.origin = values.get('origin');
    this.knownTags = values.get('if-none-match');
    this.bytes = bytes;
    this.#authorization = values.get('authorization');
  }

  /** Who sends it. Looked up once for each set of keys. */
  callerIn(ring: KeyRing): Caller | undefined {
    if (ring !== this.#ring) {
      this.#ring = ring;
      this.#caller = ring.find(this.#authorization);
    }
    return this.#caller;
  }
}

/** A request that is no more than a head. */
export interface RequestHead {
  readonly target: string;
  readonly headers: RequestHeaders;
}

/**
 * Reads what came on a connection as one whole GET request of a plain kind, such as clients send again and again; undefined for everything else,
 * which is for a parser of all of HTTP to judge. A message that this takes means the same to both.
 * @param before headers that came on the same connection: equal ones are not read again. They are compared in constant time, since a
 *   key is among them
 */
export function readHead(bytes: Buffer, before: RequestHeaders | undefined): RequestHead | undefined {
  if (bytes.length > LONGEST) return undefined;
  if (before !== undefined) {
    const from = bytes.length - before.bytes.length;
    if (from > 0 && timingSafeEqual(bytes.subarray(from), before.bytes)) {
      const target = readTarget(bytes.toString('latin1', 0, from));
      return target === undefined ? undefined : { target, headers: before };
    }
  }
  const end = bytes.indexOf(LINE_END);
  const target = end === -1 ? undefined : readTarget(bytes.toString('latin1', 0, end));
  if (target === undefined) return undefined;
  const headers = readHeaders(bytes.subarray(end));
  return headers === undefined ? undefined : { target, headers };
}

/** Whether what came is no more than ends of lines, which say nothing between two requests. */
export function isEmptyLines(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === CR || byte === LF);
}

function readTarget(line: string): string | undefined {
  if (!line.startsWith(METHOD) || !line.endsWith(VERSION)) return undefined;
  const target = line.slice(METHOD.length, -VERSION.length);
  return TARGET.test(target) ? target : undefined;
}

function readHeaders(bytes: Buffer): RequestHeaders | undefined {
  const [first, ...lines] = bytes.toString('latin1').split(LINE_END);
  // An empty line ends a head; nothing may follow it.
  if (first !== '' || lines.pop() !== '' || lines.pop() !== '') return undefined;
  const values = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = HEADER_LINE.exec(line) ?? [];
    const lower = name.toLowerCase();
    if (lower === '' || values.has(lower)) return undefined;
    if (FRAMING.has(lower) && !(lower === 'connection' && value.toLowerCase() === 'keep-alive'))
      return undefined;
    values.set(lower, value);
  }
  const host = values.get('host');
  // A copy: what came lies in a much larger block.
  return host === undefined ? undefined : new RequestHeaders(host, values, Buffer.from(bytes));
}
