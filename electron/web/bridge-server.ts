import { RPCHandler } from '@orpc/server/ws';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Engine } from '../compose.ts';
import { readClientFile } from './client-files.ts';
import { contentHeaders } from './content-security.ts';

const LOOPBACK = '127.0.0.1';
const RPC_PATH = '/rpc';
/** The largest message a page may send, in bytes: a workspace file with room to spare. */
const MAX_MESSAGE = 16 * 1024 * 1024;

export interface BridgeOptions {
  readonly engine: Pick<Engine, 'router'>;
  /** Absolute folder of the built renderer. */
  readonly clientFolder: string;
  /** TCP port on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
}

export interface Bridge {
  /** The page with its token: the only address that opens the app. */
  readonly url: string;
  /** `http://127.0.0.1:<port>`, without the token. */
  readonly origin: string;
  readonly token: string;
  close(): Promise<void>;
}

/**
 * Serves the renderer and the engine to a browser on this machine. Every request needs our own Host, no foreign
 * Origin, and the token, in the address or in the cookie set from it; without them nothing but a bare 401 or 403
 * is answered, so that another page or program of this machine learns nothing. Rejects when the port is taken.
 */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const token = randomBytes(32).toString('base64url');
  const rpc = new RPCHandler(options.engine.router);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE });
  const server = createServer();
  const port = await listen(server, options.port);
  const host = `${LOOPBACK}:${port}`;
  const origin = `http://${host}`;
  // Cookies do not tell ports apart: the name does.
  const cookie = `slipway-${port}`;

  /** 200 when the request may be answered, else the status of the refusal. */
  function judge(request: IncomingMessage, url: URL): 200 | 401 | 403 {
    if (request.headers.host !== host) return 403;
    const from = request.headers.origin;
    if (from !== undefined && from !== origin) return 403;
    const given = [url.searchParams.get('token'), readCookie(request, cookie)];
    return given.some((value) => value !== null && sameText(value, token)) ? 200 : 401;
  }

  server.on('request', (request, response) => {
    const url = parseTarget(request, origin);
    const verdict = url === null ? 403 : judge(request, url);
    if (url === null || verdict !== 200) {
      response.writeHead(verdict).end();
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    } else {
      response.setHeader('Set-Cookie', `${cookie}=${token}; Path=/; HttpOnly; SameSite=Strict`);
      void answerFile(response, options.clientFolder, url.pathname);
    }
  });

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const url = parseTarget(request, origin);
    // A browser always names its origin here; a request without one is not our page.
    const verdict = url === null || request.headers.origin === undefined ? 403 : judge(request, url);
    if (verdict !== 200 || url?.pathname !== RPC_PATH) {
      const status = verdict === 401 ? '401 Unauthorized' : '403 Forbidden';
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (connection) => {
      void rpc.upgrade(connection);
    });
  });

  return {
    url: `${origin}/?token=${token}`,
    origin,
    token,
    close: async () => {
      for (const connection of sockets.clients) connection.terminate();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The bridge has no TCP address.');
  return address.port;
}

async function answerFile(response: ServerResponse, folder: string, path: string): Promise<void> {
  const file = await readClientFile(folder, path);
  const headers = { ...contentHeaders('browser'), 'Cache-Control': 'no-store' };
  if (file === null) response.writeHead(404, headers).end();
  else response.writeHead(200, { ...headers, 'Content-Type': file.mimeType }).end(file.body);
}

function parseTarget(request: IncomingMessage, origin: string): URL | null {
  const target = request.url ?? '';
  // An absolute target would let the client choose another host than the header names.
  return target.startsWith('/') && !target.startsWith('//') ? new URL(target, origin) : null;
}

function readCookie(request: IncomingMessage, name: string): string | null {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name && value !== undefined) return value;
  }
  return null;
}

/** Compares digests: equal length and constant time, whatever is given. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
