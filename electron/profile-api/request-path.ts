/** The longest path with its query, in characters; more is answered 414. */
export const LONGEST_TARGET = 2048;
/** The longest customer id, in characters after decoding. */
export const LONGEST_ID = 200;

/** A path such as `/v1/profiles/{customerId}`, taken apart: its fixed texts, with one parameter between each two. */
export interface PathPattern {
  readonly texts: readonly string[];
  readonly names: readonly string[];
}

/** Takes a path template apart. */
export function readPattern(template: string): PathPattern {
  const pieces = template.split(/\{([A-Za-z]+)\}/);
  return {
    texts: pieces.filter((_, place) => place % 2 === 0),
    names: pieces.filter((_, place) => place % 2 === 1),
  };
}

/** The parameters of a path as they stand in it, still encoded; undefined where it does not fit. A parameter is one segment, never empty. */
export function matchPath(pattern: PathPattern, path: string): string[] | undefined {
  const { texts } = pattern;
  const first = texts[0] ?? '';
  if (!path.startsWith(first)) return undefined;
  const values: string[] = [];
  let at = first.length;
  for (let place = 1; place < texts.length; place += 1) {
    const slash = path.indexOf('/', at);
    const end = slash === -1 ? path.length : slash;
    if (end === at) return undefined;
    values.push(path.slice(at, end));
    const text = texts[place] ?? '';
    if (!path.startsWith(text, end)) return undefined;
    at = end + text.length;
  }
  return at === path.length ? values : undefined;
}

/** Path and query of a request's target; the query without its question mark. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf('?');
  return mark === -1
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** The text of an encoded segment; undefined where it is no percent-encoded UTF-8. */
export function decodeSegment(segment: string): string | undefined {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    // A wrong percent-encoding is an answer, no failure.
    return undefined;
  }
}

/** Whether a text can be a customer's id or an identifier's value: stores keep neither NUL nor halves of characters. */
export function isPlainText(text: string): boolean {
  return text !== '' && text.isWellFormed() && !text.includes('\0');
}

/** Whether a text can be a customer's id. */
export function isCustomerId(text: string): boolean {
  return text.length <= LONGEST_ID && isPlainText(text);
}

/** Whether a Host header names the loopback address, with any port or none: another name would let a foreign page reach us by its DNS. */
export function isLoopbackHost(host: string | undefined): boolean {
  if (host === undefined) return false;
  const colon = host.endsWith(']') ? -1 : host.lastIndexOf(':');
  const name = colon === -1 ? host : host.slice(0, colon);
  if (colon !== -1 && !isPort(host, colon + 1)) return false;
  return name === '127.0.0.1' || name === '[::1]' || name.toLowerCase() === 'localhost';
}

function isPort(host: string, from: number): boolean {
  if (host.length === from || host.length > from + 5) return false;
  for (let place = from; place < host.length; place += 1) {
    const code = host.charCodeAt(place);
    if (code < 48 || code > 57) return false;
  }
  return true;
}
