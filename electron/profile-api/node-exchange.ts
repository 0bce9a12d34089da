import type { IncomingMessage, ServerResponse } from 'node:http';
import { hasBody } from './answer.ts';
import type { Asked, Reply } from './exchange.ts';

/** A request as `node:http` gives it. */
export function askedByMessage(message: IncomingMessage): Asked {
  const { headers, method = '', url = '' } = message;
  const { host, origin, authorization } = headers;
  return {
    method,
    target: url,
    headers: {
      host,
      origin,
      knownTags: headers['if-none-match'],
      callerIn: (ring) => ring.find(authorization),
    },
    message,
  };
}

/** Answers by `node:http`. */
export function replyBy(message: IncomingMessage, response: ServerResponse): Reply {
  return {
    // One flat list and one text: head and body are then written at once.
    send(status, headers, body, isLast) {
      // Node's parser reads no second request after one that asked for another protocol.
      const closes = isLast || message.headers.upgrade !== undefined;
      const whole = [...headers];
      if (hasBody(status)) whole.push('Content-Length', String(Buffer.byteLength(body)));
      if (closes) whole.push('Connection', 'close');
      response.writeHead(status, whole);
      response.end(body);
    },
  };
}
