import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { EngineHost, EngineLoss, HostConfig, HostPort } from './host.ts';
import { type FromChild, type ToChild, relay, unrelay } from './relay.ts';

/** How long a child may take to close its files before it is killed, in milliseconds. */
const STOP_LIMIT_MS = 3_000;

interface Child {
  readonly process: ChildProcess;
  readonly ports: Map<number, HostPort>;
  /** The engine said itself why it ends; its exit needs no second notice. */
  explained: boolean;
}

/**
 * Runs the engine in a Node process of its own and relays messages per port. It is for an Electron whose
 * Node-API is too old for the engine's natives. The child ends with main: its channel closes.
 */
export function hostInNodeChild(
  nodePath: string,
  enginePath: string,
  config: HostConfig,
  onLoss: (loss: EngineLoss) => void,
): EngineHost {
  let child: Child | undefined;
  let nextPort = 1;
  let closed = false;

  function start(): Child {
    const process = spawn(nodePath, [enginePath, 'serve-parent'], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'json',
    });
    const started: Child = { process, ports: new Map(), explained: false };
    let ended = false;
    const end = (message: string): void => {
      if (ended) return;
      ended = true;
      if (child === started) child = undefined;
      for (const port of started.ports.values()) port.close();
      started.ports.clear();
      if (closed || started.explained) return;
      onLoss({ kind: 'stopped', message, help: 'Work that was running has ended. Start it again.' });
    };
    process.on('message', (message: FromChild) => {
      receive(started, message);
    });
    process.on('error', (error) => {
      end(`The engine process could not be used: ${error.message}`);
    });
    process.on('exit', (code, signal) => {
      end(`The engine process ended (${signal ?? `exit code ${code ?? 'unknown'}`}).`);
    });
    send(started, { kind: 'start', config });
    return started;
  }

  function receive(from: Child, message: FromChild): void {
    if (message.kind === 'message') {
      from.ports.get(message.port)?.postMessage(unrelay(message.data));
    } else {
      from.explained = true;
      onLoss(message.loss);
    }
  }

  return {
    connect: (port) => {
      child ??= start();
      const owner = child;
      const id = nextPort++;
      owner.ports.set(id, port);
      send(owner, { kind: 'open', port: id });
      port.on('message', (event) => {
        if (isPayload(event.data)) send(owner, { kind: 'message', port: id, data: relay(event.data) });
      });
      port.on('close', () => {
        if (owner.ports.delete(id)) send(owner, { kind: 'close', port: id });
      });
      port.start();
    },
    close: async () => {
      closed = true;
      const stopping = child;
      child = undefined;
      if (stopping !== undefined) await stop(stopping.process);
    },
  };
}

function send(to: Child, message: ToChild): void {
  // A child that dies meanwhile is explained by its exit; without the callback, the failed send would be told first.
  if (to.process.connected) to.process.send(message, () => undefined);
}

async function stop(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    const limit = setTimeout(() => process.kill('SIGKILL'), STOP_LIMIT_MS);
    process.once('exit', () => {
      clearTimeout(limit);
      resolve();
    });
    if (process.connected) {
      const message: ToChild = { kind: 'stop' };
      process.send(message, () => undefined);
    } else {
      process.kill();
    }
  });
}

function isPayload(value: unknown): value is string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array;
}
