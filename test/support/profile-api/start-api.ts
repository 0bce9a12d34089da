import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import {
  createProfileServer,
  type ProfileServer,
  type ProfileServerOptions,
} from '../../../electron/profile-api/profile-server.ts';
import { SETTINGS, shopStore } from './shop-profiles.ts';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asking {
  readonly method?: string;
  readonly token?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

export interface TestApi {
  readonly server: ProfileServer;
  readonly port: number;
  /** Errors that were answered with 500. */
  readonly failures: unknown[];
  ask(path: string, asking?: Asking): Promise<Reply>;
  stop(): Promise<void>;
}

/** Starts a server on a free port, over the shop's customers unless stated otherwise. */
export async function startApi(options: Partial<ProfileServerOptions> = {}): Promise<TestApi> {
  const failures: unknown[] = [];
  const server = createProfileServer({
    settings: SETTINGS,
    store: shopStore(),
    clock: Date.now,
    onFailure: (error) => failures.push(error),
    ...options,
  });
  const port = await server.listen();
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  return {
    server,
    port,
    failures,
    ask: (path, asking) => send(port, agent, path, asking),
    async stop() {
      agent.destroy();
      await server.close();
    },
  };
}

/** A raw request, because `fetch` sets Host by itself and normalises the path. */
async function send(port: number, agent: Agent, path: string, asking: Asking = {}): Promise<Reply> {
  const { method = 'GET', token, body, headers = {} } = asking;
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  // Node states the length of a body for some methods only.
  const isFramed = body === undefined || 'transfer-encoding' in headers;
  const length = isFramed ? {} : { 'content-length': Buffer.byteLength(body) };
  return await new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, agent, path, method, headers: { ...authorization, ...length, ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
