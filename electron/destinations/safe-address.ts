const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The address, where requests may go to it: https, or http to this computer, and no password in it. Undefined where not. */
export function readSafeAddress(text: string): URL | undefined {
  const url = URL.parse(text);
  const isSafe =
    url !== null &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname))) &&
    url.username === '' &&
    url.password === '';
  return isSafe ? url : undefined;
}
