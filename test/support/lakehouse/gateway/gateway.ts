import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { EngineError } from '../spark/engine-error.ts';
import { ThriftError } from '../thrift/binary.ts';
import type { Codec } from '../thrift/codec.ts';
import { openCall, readArgument, writeException, writeReply } from '../thrift/envelope.ts';
import { type CallName, CALLS, isCallName } from '../thrift/messages.ts';
import { type Calls, InvalidHandle, statusOf } from './calls.ts';
import { type Faults, type HttpRefusal, refusalOf } from './faults.ts';
import { spoil } from './garbage.ts';
import { oauthMetadata, type Tokens } from './tokens.ts';

/** The one warehouse of the test workspace. */
export const WAREHOUSE_PATH = '/sql/1.0/warehouses/test';

/** What the gateway is made of. */
export interface GatewayParts {
  readonly key: string;
  readonly certificate: string;
  readonly calls: Calls;
  readonly tokens: Tokens;
  readonly faults: Faults;
  /** True when the user may use the warehouse at all. */
  readonly mayUse: (user: string) => boolean;
}

/** Starts the HTTPS server that stands for a Databricks workspace, on a free port of this machine. */
export async function openGateway(
  parts: GatewayParts,
): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer({ key: parts.key, cert: parts.certificate }, (request, response) => {
    serve(parts, request, response).catch((error: unknown) => {
      console.error('The gateway failed:', error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return { port: portOf(server), close: async () => await closeServer(server) };
}

async function serve(parts: GatewayParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '').split('?')[0] ?? '';
  const body = await readBody(request);
  if (path.startsWith('/oidc/.well-known/')) {
    sendJson(response, 200, oauthMetadata(request.headers.host ?? 'localhost'));
    return;
  }
  if (path === '/oidc/v1/token') {
    const form = new URLSearchParams(body.toString('utf8'));
    const { status, body: answer } = parts.tokens.grantAccess(request.headers.authorization, form);
    sendJson(response, status, answer);
    return;
  }
  const user = parts.tokens.userOf(request.headers.authorization, parts.faults.expiredBefore());
  if (user === undefined) refuseHttp(response, refusalOf(401));
  else if (path !== WAREHOUSE_PATH) refuseHttp(response, refusalOf(404));
  else if (!parts.mayUse(user)) refuseHttp(response, refusalOf(403));
  else await serveThrift(parts, user, body, response);
}

async function serveThrift(
  { calls, faults }: GatewayParts,
  user: string,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const name = readName(body);
  if (name === undefined) {
    refuseHttp(response, { status: 400, code: 'BAD_REQUEST', message: 'The body is no Thrift message.' });
    return;
  }
  const refusal = faults.refusal(name);
  if (refusal !== undefined) {
    refuseHttp(response, refusal);
    return;
  }
  const reply = await answerMessage(calls, user, body);
  const wait = faults.delay(name);
  if (wait > 0) await delay(wait);
  const seed = faults.garbageSeed(name);
  const sent = seed === undefined ? reply : spoil(reply, seed);
  const drop = faults.drop(name);
  const length = drop === 'chunked' ? {} : { 'content-length': sent.length };
  response.writeHead(200, { 'content-type': 'application/x-thrift', ...length });
  if (drop !== undefined) {
    response.write(sent.subarray(0, Math.ceil(sent.length / 2)), () => response.destroy());
    return;
  }
  response.end(sent);
}

function readName(body: Buffer): CallName | undefined {
  try {
    const { name } = openCall(body);
    return isCallName(name) ? name : undefined;
  } catch {
    // Not Thrift at all, which is the answer.
    return undefined;
  }
}

async function answerMessage(calls: Calls, user: string, bytes: Buffer): Promise<Buffer> {
  const { name, sequence, body } = openCall(bytes);
  if (!isCallName(name)) return writeException(name, sequence, `Invalid method name: '${name}'`);
  // The table of calls pairs each name with its codecs and its handler, which the compiler does not follow.
  const { request, response } = CALLS[name] as { request: Codec<unknown>; response: Codec<unknown> };
  const handler = calls[name] as (user: string, request: unknown) => Promise<unknown>;
  const argument = readArgument(body, request);
  const answer = await handler(user, argument).catch((error: unknown) => refuseCall(name, error));
  return writeReply(name, sequence, response, answer);
}

/** What a call answers that failed. The struct of every answer begins with its status. */
function refuseCall(name: CallName, error: unknown): unknown {
  if (error instanceof ThriftError || !(error instanceof EngineError || error instanceof InvalidHandle)) {
    console.error(`${name} failed:`, error);
  }
  return { status: statusOf(error) };
}

function refuseHttp(response: ServerResponse, { status, retryAfter, code, message }: HttpRefusal): void {
  response.setHeader('x-databricks-reason-phrase', message);
  response.setHeader('x-thriftserver-error-message', message);
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
  if (status === 401) response.setHeader('www-authenticate', 'Bearer realm="DatabricksRealm"');
  sendJson(response, status, { error_code: code, message });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts);
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
}
