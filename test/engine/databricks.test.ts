import { createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../electron/domain/app-error.ts';
import type { Settings } from '../../electron/domain/field-spec.ts';
import { databricks } from '../../electron/warehouses/databricks.ts';
import { findWarehouse, WAREHOUSES } from '../../electron/warehouses/index.ts';
import type { TestStep } from '../../electron/domain/test-step.ts';

const TOKEN = 'canary-token-4711';
let plain: Server;
let selfSigned: Server;
const folder = mkdtempSync(join(tmpdir(), 'tls-'));

async function listen(server: Server): Promise<Server> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

beforeAll(async () => {
  plain = await listen(createServer((socket) => socket.end('not TLS at all\r\n')));
  const key = join(folder, 'key.pem');
  const cert = join(folder, 'cert.pem');
  const subject = ['-nodes', '-subj', '/CN=localhost', '-days', '2', '-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...subject], { stdio: 'ignore' });
  selfSigned = await listen(
    createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => response.end()),
  );
});

afterAll(() => {
  plain.close();
  selfSigned.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the connection test against an address; gives its steps and its error. */
async function testAgainst(
  host: string,
  port: number,
  more: Settings = {},
): Promise<{ steps: string[]; error: AppError }> {
  const warehouse = await databricks.open({
    settings: { host, port, path: '/sql/1.0/warehouses/1', ...more },
    secrets: { token: TOKEN },
    home: folder,
  });
  const steps: TestStep[] = [];
  const error: unknown = await warehouse.test((step) => steps.push(step)).catch((each: unknown) => each);
  await warehouse.close();
  if (!(error instanceof AppError)) throw new Error('The test passed.', { cause: error });
  expect(JSON.stringify([error.toShape(), steps])).not.toContain(TOKEN);
  return { steps: steps.map((step) => `${step.id} ${step.status}`), error };
}

describe('the connection test of Databricks', () => {
  it('stops at the name of a host that nobody knows', async () => {
    const { steps, error } = await testAgainst('no-such-host.invalid', 443);
    expect(steps).toEqual(['resolve running']);
    expect(error).toMatchObject({ code: 'HOST_UNREACHABLE' });
    expect(error.message).toContain('no-such-host.invalid');
  });

  it('stops at a port that refuses connections', async () => {
    const unused = await listen(createServer());
    const port = portOf(unused);
    await new Promise((resolve) => unused.close(resolve));
    const { steps, error } = await testAgainst('127.0.0.1', port);
    expect(steps).toEqual(['resolve running', 'resolve passed', 'tls running']);
    expect(error).toMatchObject({ code: 'HOST_UNREACHABLE' });
    expect(error.message).toContain('refuses connections');
  });

  it('stops at a server that speaks no TLS', async () => {
    const { steps, error } = await testAgainst('127.0.0.1', portOf(plain));
    expect(steps.at(-1)).toBe('tls running');
    expect(error.message).toContain('no encrypted connection');
  });

  it('stops at a certificate that is not trusted, and sends no token', async () => {
    const { steps, error } = await testAgainst('localhost', portOf(selfSigned));
    expect(steps.at(-1)).toBe('tls running');
    expect(error.message).toMatch(/certificate is not trusted \(.*SELF_SIGNED/);
    expect(error.help).toContain('certificate authority');
  });

  it('trusts the certificate authority that was chosen, and nothing else', async () => {
    const trusted = await testAgainst('localhost', portOf(selfSigned), {
      authority: join(folder, 'cert.pem'),
    });
    expect(trusted.steps).toContain('tls passed');
    expect(trusted.steps.at(-1)).toBe('authenticate running');
    await writeFile(join(folder, 'empty.pem'), 'no certificate');
    for (const authority of ['empty.pem', 'missing.pem'].map((name) => join(folder, name))) {
      const { error } = await testAgainst('localhost', portOf(selfSigned), { authority });
      expect(error).toMatchObject({ code: 'SETTINGS_INVALID', where: 'settings.authority' });
    }
  });
});

describe('Databricks', () => {
  const settings = { host: '127.0.0.1', path: '/sql/1.0/warehouses/1' };

  it('reports a refused connection from the driver itself, in every act', async () => {
    const unused = await listen(createServer());
    const port = portOf(unused);
    await new Promise((resolve) => unused.close(resolve));
    const warehouse = await databricks.open({
      settings: { ...settings, port },
      secrets: { token: TOKEN },
      home: folder,
    });
    const query = { text: 'SELECT 1 AS one', values: {}, columns: [] };
    await expect(warehouse.query(query)).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' });
    await expect(warehouse.discover()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
    });
    const path = join(folder, 'out.csv');
    await expect(warehouse.exportFile(query, path, 'csv')).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
    });
    await warehouse.close();
  });

  it('gives up at once when it is cancelled, although the server never answers', async () => {
    const silent = await listen(createServer(() => undefined));
    const warehouse = await databricks.open({
      settings: { ...settings, port: portOf(silent) },
      secrets: { token: TOKEN },
      home: folder,
    });
    const controller = new AbortController();
    const act = warehouse.query({ text: 'SELECT 1', values: {}, columns: [] }, { signal: controller.signal });
    // The server never answers, so only the cancel can end this; without it the test runs into its time limit.
    setTimeout(() => controller.abort(), 50);
    await expect(act).rejects.toMatchObject({ code: 'CANCELLED' });
    await warehouse.close();
    silent.close();
  });

  it('refuses settings that cannot be right before it connects', async () => {
    const open = databricks.open({
      settings: { host: 'two words' },
      secrets: { token: TOKEN },
      home: folder,
    });
    await expect(open).rejects.toMatchObject({ code: 'SETTINGS_INVALID', where: 'settings.host' });
  });
});

describe('the list of warehouses', () => {
  it('has one entry a kind, and names them where one is unknown', () => {
    expect(WAREHOUSES.map((each) => each.kind)).toEqual(['sample', 'databricks', 'duckdb']);
    expect(findWarehouse('databricks')).toBe(databricks);
    expect(() => findWarehouse('oracle')).toThrow(expect.objectContaining({ code: 'SETTINGS_INVALID' }));
  });

  it('keeps every secret in a field of kind secret', () => {
    for (const { settings } of WAREHOUSES) {
      const named = settings.filter((field) => /token|password|secret|key$/i.test(field.key));
      expect(named.every((field) => field.kind === 'secret')).toBe(true);
    }
  });
});
