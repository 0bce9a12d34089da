import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MessagePort as NodePort } from 'node:worker_threads';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Contract } from '../../../electron/contract/contract.ts';
import type { EngineHost, EngineLoss, HostConfig, HostPort } from '../../../electron/hosts/host.ts';
import { hostInMain } from '../../../electron/hosts/in-main.ts';
import { hostInNodeChild } from '../../../electron/hosts/node-child.ts';

/** The engine as it is built and shipped. */
const ENGINE = fileURLToPath(new URL('../../../dist/engine/engine.cjs', import.meta.url));

let folder: string;
let home: string;
let losses: EngineLoss[];
let host: EngineHost | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-hosts-'));
  home = join(folder, 'home');
  losses = [];
});

afterEach(async () => {
  await host?.close();
  host = undefined;
  await rm(folder, { recursive: true, force: true });
});

type StartHost = (config: HostConfig, onLoss: (loss: EngineLoss) => void) => EngineHost;

function startHost(start: StartHost): EngineHost {
  host = start({ home, keychain: 'memory', version: '4.5.6' }, (loss) => losses.push(loss));
  return host;
}

interface Way {
  readonly client: ContractRouterClient<Contract>;
  /** Resolves when the host's side closes the port. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Opens a port to the host, as the renderer does. */
function openWay(to: EngineHost): Way {
  const { port1, port2 } = new MessageChannel();
  const closed = new Promise<void>((resolve) => port1.once('close', resolve));
  to.connect(asMainPort(port2));
  const client: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ port: port1 }));
  port1.start();
  return { client, closed, close: () => port1.close() };
}

/** Node's port hands over the value itself; Electron's, an event that holds it. */
function asMainPort(port: NodePort): HostPort {
  return {
    on: (event: 'message' | 'close', listener: (event: { data: unknown }) => void) =>
      event === 'message'
        ? port.on('message', (data: unknown) => {
            listener({ data });
          })
        : port.on('close', () => {
            listener({ data: undefined });
          }),
    postMessage: (data) => {
      port.postMessage(data);
    },
    start: () => {
      port.start();
    },
    close: () => {
      port.close();
    },
  };
}

const inMain: StartHost = (config, onLoss) => hostInMain(ENGINE, config, onLoss);
const inChild: StartHost = (config, onLoss) => hostInNodeChild(process.execPath, ENGINE, config, onLoss);

describe.each([
  ['in main', inMain],
  ['in a Node child', inChild],
])('the engine %s', (_name, start) => {
  test('answers over a port', async () => {
    const { client } = openWay(startHost(start));
    expect(await client.app.status({})).toMatchObject({ version: '4.5.6', home });
  });

  test('serves several ports, each until it is closed', async () => {
    const running = startHost(start);
    const first = openWay(running);
    const second = openWay(running);
    const versions = await Promise.all([first.client.app.status({}), second.client.app.status({})]);
    expect(versions.map(({ version }) => version)).toEqual(['4.5.6', '4.5.6']);
    first.close();
    expect(await second.client.app.status({})).toMatchObject({ version: '4.5.6' });
  });

  test('streams the steps of a long act and keeps its end', async () => {
    const { client } = openWay(startHost(start));
    const connection = await client.connections.addSample({});
    const kinds: string[] = [];
    for await (const event of await client.catalog.refresh({ connectionId: connection.id })) {
      kinds.push(event.kind);
    }
    expect(kinds.at(-1)).toBe('done');
  });

  test('says why it cannot start, and closes the port', async () => {
    await writeFile(home, 'a file where the folder should be');
    const { closed } = openWay(startHost(start));
    await closed;
    await vi.waitFor(() => expect(losses).toHaveLength(1), 10_000);
    expect(losses[0]).toMatchObject({ kind: 'failed' });
    expect(losses[0]?.message).not.toBe('');
    expect(losses[0]?.help).not.toBe('');
  });

  test('frees its store when it is closed, without a notice', async () => {
    const running = startHost(start);
    await openWay(running).client.app.status({});
    await running.close();
    expect(existsSync(join(home, 'slipway.db-wal'))).toBe(false);
    expect(losses).toEqual([]);
  });
});

describe('a Node child that dies', () => {
  /** The same engine, which first writes down its process. */
  async function startTraced(): Promise<{ running: EngineHost; readPid: () => number }> {
    const pidFile = join(folder, 'pid');
    const entry = join(folder, 'traced.cjs');
    await writeFile(
      entry,
      `require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
       require(${JSON.stringify(ENGINE)});`,
    );
    const running = startHost((config, onLoss) => hostInNodeChild(process.execPath, entry, config, onLoss));
    return { running, readPid: () => Number(readFileSync(pidFile, 'utf8')) };
  }

  test('closes its ports and is told once', async () => {
    const { running, readPid } = await startTraced();
    const way = openWay(running);
    await way.client.app.status({});
    const pending = way.client.connections.addSample({});
    process.kill(readPid(), 'SIGKILL');
    await way.closed;
    await expect(pending).rejects.toThrow();
    expect(losses).toEqual([
      {
        kind: 'stopped',
        message: 'The engine process ended (SIGKILL).',
        help: 'Work that was running has ended. Start it again.',
      },
    ]);
  });

  test('is started anew by the next port, on the same definitions', async () => {
    const { running, readPid } = await startTraced();
    const way = openWay(running);
    const added = await way.client.connections.addSample({});
    const firstPid = readPid();
    process.kill(firstPid, 'SIGKILL');
    await way.closed;

    const connections = await openWay(running).client.connections.list({});
    expect(connections.map(({ id }) => id)).toEqual([added.id]);
    expect(readPid()).not.toBe(firstPid);
  });
});

test('the config of a child is neither in its arguments nor in its environment', async () => {
  const spy = join(folder, 'spy.cjs');
  const seen = join(folder, 'seen');
  await writeFile(
    spy,
    `require('node:fs').writeFileSync(${JSON.stringify(seen)}, JSON.stringify([process.argv, process.env]));`,
  );
  const running = startHost((config, onLoss) => hostInNodeChild(process.execPath, spy, config, onLoss));
  await openWay(running).closed;
  expect(readFileSync(seen, 'utf8')).toContain('serve-parent');
  expect(readFileSync(seen, 'utf8')).not.toContain(home);
});
