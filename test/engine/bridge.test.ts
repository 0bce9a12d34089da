import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket as HeaderSocket } from 'ws';
import type { Engine } from '../../electron/compose.ts';
import { composeEngine } from '../../electron/compose.ts';
import type { Contract } from '../../electron/contract/contract.ts';
import type { Bridge } from '../../electron/web/bridge-server.ts';
import { startBridge } from '../../electron/web/bridge-server.ts';

let folder: string;
let engine: Engine;
let bridge: Bridge;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-bridge-'));
  await mkdir(join(folder, 'client'));
  await mkdir(join(folder, 'home'));
  await writeFile(join(folder, 'client', 'index.html'), '<h1>Slipway</h1>');
  await writeFile(join(folder, 'secret.html'), 'outside of the client');
  engine = await composeEngine({ home: join(folder, 'home'), keychain: 'memory', version: '1.2.3' });
  bridge = await startBridge({ engine, clientFolder: join(folder, 'client'), port: 0 });
});

afterAll(async () => {
  await bridge.close();
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A raw request, because `fetch` sets Host by itself and normalises the path. */
async function ask(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET'): Promise<Answer> {
  const port = new URL(bridge.origin).port;
  return await new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Resolves to `open` or to the status of the refusal. */
async function upgrade(path: string, headers: Record<string, string>): Promise<'open' | number> {
  const socket = new HeaderSocket(`${bridge.origin.replace('http', 'ws')}${path}`, { headers });
  return await new Promise((resolve, reject) => {
    socket.on('open', () => {
      socket.close();
      resolve('open');
    });
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.on('error', reject);
  });
}

describe('a request without the token', () => {
  test.each(['/', '/index.html', '/missing.js', '/rpc', '/?token=wrong', '/?token='])(
    'gets a bare 401 for %s',
    async (path) => {
      const { status, headers, body } = await ask(path);
      expect({ status, body, cookie: headers['set-cookie'] }).toEqual({
        status: 401,
        body: '',
        cookie: undefined,
      });
    },
  );
});

describe('a request with the token', () => {
  const withToken = (path: string): string => `${path}?token=${bridge.token}`;

  test('gets the page, the policy and a cookie that no script can read', async () => {
    const { status, headers, body } = await ask(withToken('/'));
    expect({ status, body }).toEqual({ status: 200, body: '<h1>Slipway</h1>' });
    expect(headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'self';/);
    expect(headers['set-cookie']).toEqual([expect.stringMatching(/; HttpOnly; SameSite=Strict$/)]);
  });

  test('gets the files of the page by the cookie alone', async () => {
    const first = await ask(withToken('/'));
    const cookie = (first.headers['set-cookie'] ?? [])[0]?.split(';')[0] ?? '';
    expect((await ask('/index.html', { Cookie: cookie })).status).toBe(200);
    expect((await ask('/index.html', { Cookie: `${cookie}x` })).status).toBe(401);
  });

  test.each([
    ['another host', { Host: 'slipway.example' }],
    ['the right host on another port', { Host: '127.0.0.1:1' }],
    ['the name of the loopback address', { Host: 'localhost' }],
    ['a foreign origin', { Origin: 'https://example.com' }],
    ['an opaque origin', { Origin: 'null' }],
  ])('is refused with %s', async (_case, headers) => {
    const { status, body } = await ask(withToken('/'), headers);
    expect({ status, body }).toEqual({ status: 403, body: '' });
  });

  test.each(['/../secret.html', '/%2e%2e/secret.html', '/..%2fsecret.html', '/%00', '/%zz', '/missing.html'])(
    'finds nothing at %s',
    async (path) => {
      const { status, body } = await ask(withToken(path));
      expect({ status, body }).toEqual({ status: 404, body: '' });
    },
  );

  test('cannot change anything by HTTP', async () => {
    expect((await ask(withToken('/'), {}, 'POST')).status).toBe(405);
  });
});

describe('a WebSocket', () => {
  const rpc = (token: string): string => `/rpc?token=${token}`;

  test.each([
    ['no token', () => '/rpc', () => bridge.origin, 401],
    ['a wrong token', () => rpc('wrong'), () => bridge.origin, 401],
    ['a foreign origin', () => rpc(bridge.token), () => 'https://example.com', 403],
    ['another path', () => `/?token=${bridge.token}`, () => bridge.origin, 403],
  ])('is refused with %s', async (_case, path, origin, status) => {
    expect(await upgrade(path(), { Origin: origin() })).toBe(status);
  });

  test('is refused without an origin', async () => {
    expect(await upgrade(rpc(bridge.token), {})).toBe(403);
  });

  test('is refused with another host', async () => {
    expect(await upgrade(rpc(bridge.token), { Origin: bridge.origin, Host: 'slipway.example' })).toBe(403);
  });

  test('with the token carries calls to the engine', async () => {
    const socket = new WebSocket(`${bridge.origin.replace('http', 'ws')}${rpc(bridge.token)}`, {
      headers: { Origin: bridge.origin },
    });
    const client: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ websocket: socket }));
    expect(await client.app.status({})).toMatchObject({ version: '1.2.3' });
    socket.close();
  });
});

test('two bridges have two tokens', async () => {
  const other = await startBridge({ engine, clientFolder: join(folder, 'client'), port: 0 });
  expect(other.token).not.toBe(bridge.token);
  expect((await ask(`/?token=${other.token}`)).status).toBe(401);
  await other.close();
});

test('a port that is taken is an error', async () => {
  const port = Number(new URL(bridge.origin).port);
  await expect(startBridge({ engine, clientFolder: folder, port })).rejects.toThrow(/EADDRINUSE/);
});
