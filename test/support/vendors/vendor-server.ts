import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { makeFaultQueue, refuseBy, type Fault, type VendorRefusals } from './vendor-fault.ts';

/** A request as an emulator reads it. Names of headers are lower-case. */
export interface VendorRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer of an emulator: JSON, or a text of some type, or nothing. */
export interface VendorAnswer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Rows that the request held, for the log. */
  readonly rows?: number;
  /** A refusal that the status does not show. */
  readonly isRefused?: boolean;
}

/** A request as the log keeps it: without body and credentials. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
  readonly rows: number | undefined;
  /** Whether the vendor refused it by its contract, not by a fault. */
  readonly isRefused: boolean;
  /** 0 where no whole answer was given. */
  readonly status: number;
  readonly fault: Fault['kind'] | undefined;
}

/** What every emulator is, beside its own state. */
export interface VendorServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly requests: LoggedRequest[];
  /** Lets coming requests fail. */
  readonly fail: (fault: Fault) => void;
  /** Forgets the faults that no request has met. */
  readonly heal: () => void;
  readonly close: () => Promise<void>;
}

/** A vendor: what it answers, changing its state, and how it refuses. */
export interface Vendor {
  readonly answer: (request: VendorRequest) => VendorAnswer;
  readonly refusals: VendorRefusals;
  /** Path that goes before every endpoint. */
  readonly basePath?: string;
}

const SECRET_HEADERS = new Set(['authorization', 'access-token', 'cookie']);

function readHeaders(message: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

async function readRequest(message: IncomingMessage): Promise<VendorRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) if (chunk instanceof Buffer) chunks.push(chunk);
  const { pathname, searchParams } = new URL(message.url ?? '/', 'http://127.0.0.1');
  return {
    method: message.method ?? 'GET',
    path: pathname,
    query: searchParams,
    headers: readHeaders(message),
    body: Buffer.concat(chunks),
  };
}

function writeAnswer(response: ServerResponse, answer: VendorAnswer, cut = false): void {
  const isJson = answer.json !== undefined;
  const body = Buffer.from(isJson ? JSON.stringify(answer.json) : (answer.text ?? ''), 'utf8');
  response.writeHead(answer.status, {
    ...(body.length === 0
      ? {}
      : { 'content-type': answer.type ?? (isJson ? 'application/json' : 'text/plain') }),
    'content-length': body.length,
    ...answer.headers,
  });
  if (!cut) {
    response.end(body);
    return;
  }
  // The head and half of the body reach the client, so that it knows the answer began.
  response.write(body.subarray(0, Math.max(1, Math.floor(body.length / 2))), () => {
    response.socket?.destroy();
  });
}

/** Serves a vendor on a free port of 127.0.0.1. */
export async function serveVendor(vendor: Vendor): Promise<VendorServer> {
  const requests: LoggedRequest[] = [];
  const faults = makeFaultQueue();

  const log = (request: VendorRequest, answer: VendorAnswer | undefined, fault: Fault | undefined): void => {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers)) {
      headers[name] = SECRET_HEADERS.has(name) ? '***' : value;
    }
    const query = new URLSearchParams(request.query);
    for (const secret of ['access_token', 'input_token', 'appsecret_proof']) {
      if (query.has(secret)) query.set(secret, '***');
    }
    const isWhole = fault === undefined || !/^(cut|timeout)/.test(fault.kind);
    requests.push({
      method: request.method,
      path: request.path,
      query: query.toString(),
      headers,
      bytes: request.body.length,
      rows: answer?.rows,
      isRefused: fault === undefined && answer !== undefined && (answer.isRefused ?? answer.status >= 400),
      status: isWhole ? (answer?.status ?? 0) : 0,
      fault: fault?.kind,
    });
  };

  const handle = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(message);
    const fault = faults.take(request);
    if (fault?.kind === 'cutBeforeAccept') {
      log(request, undefined, fault);
      message.socket.destroy();
      return;
    }
    const refused = fault === undefined ? undefined : refuseBy(fault, vendor.refusals);
    if (fault?.kind === 'slow') await delay(fault.ms, undefined, { ref: false });
    const answer = refused ?? vendor.answer(request);
    log(request, answer, fault);
    if (fault?.kind === 'timeoutAfterAccept') {
      if (fault.holdMs === undefined) return;
      await delay(fault.holdMs);
      message.socket.destroy();
      return;
    }
    if (fault?.kind === 'garbage')
      writeAnswer(response, { status: 200, text: '{"results": [tru', type: 'application/json' });
    else writeAnswer(response, answer, fault?.kind === 'cutAfterAccept');
  };

  const server = createServer((message, response) => {
    handle(message, response).catch((error: unknown) => {
      // A body that the client broke off is no fault of the emulator; anything else must show in the test.
      if (message.destroyed && !message.complete) return;
      response.writeHead(599, { 'content-type': 'text/plain' }).end(`The emulator broke: ${String(error)}`);
    });
  });
  // Bodies of big transmissions take a while on a busy machine.
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  return {
    url: `http://127.0.0.1:${port}${vendor.basePath ?? ''}`,
    requests,
    fail: faults.add,
    heal: faults.clear,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
