import type { IncomingMessage } from 'node:http';

/** The largest body, in bytes; more is answered 413. */
export const LARGEST_BODY = 64 * 1024;

/** Reads a body: `too-large` as soon as that is known, `gone` where the client left before its end. */
export function readBody(request: IncomingMessage): Promise<Buffer | 'too-large' | 'gone'> {
  if (Number(request.headers['content-length'] ?? 0) > LARGEST_BODY) return Promise.resolve('too-large');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= LARGEST_BODY) chunks.push(chunk);
      else resolve('too-large');
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', () => resolve('gone'));
    request.once('close', () => resolve('gone'));
  });
}

/** Whether a body is said to be JSON as it is, not compressed. */
export function isJsonBody(request: IncomingMessage): boolean {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = request.headers;
  const [name = ''] = type.split(';', 1);
  return name.trim().toLowerCase() === 'application/json' && encoding === 'identity';
}

/** The JSON value of a body; undefined where it is none, or not UTF-8. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // A body that is no JSON is an answer, no failure.
    return undefined;
  }
}
