import type { Engine } from '../compose.ts';
import { composeEngine } from '../compose.ts';
import { serveEngine } from '../engine.ts';
import { describeLoss } from './loss.ts';
import { RelayedPort } from './relayed-port.ts';
import { type FromChild, type ToChild, relay, unrelay } from './relay.ts';

// The one file of the engine: `hosts/in-main.ts` loads it for these two, `hosts/node-child.ts` runs it.
export { composeEngine, serveEngine };

/** What this file offers when it is loaded instead of run. */
export interface EngineModule {
  readonly composeEngine: typeof composeEngine;
  readonly serveEngine: typeof serveEngine;
}

function serveParent(): void {
  const ports = new Map<number, RelayedPort>();
  let engine: Engine | undefined;

  async function handle(message: ToChild): Promise<void> {
    switch (message.kind) {
      case 'start':
        engine = await composeEngine(message.config);
        return;
      case 'open': {
        if (engine === undefined) return;
        const port = new RelayedPort((data) =>
          tell({ kind: 'message', port: message.port, data: relay(data) }),
        );
        ports.set(message.port, port);
        serveEngine(port, engine);
        return;
      }
      case 'message':
        ports.get(message.port)?.receive(unrelay(message.data));
        return;
      case 'close':
        ports.get(message.port)?.end();
        ports.delete(message.port);
        return;
      case 'stop':
        await end(0);
    }
  }

  async function end(code: number): Promise<void> {
    for (const port of ports.values()) port.end();
    await engine?.close();
    process.exit(code);
  }

  // One after the other: what arrives while the engine still opens its store waits for it.
  let tail = Promise.resolve();
  process.on('message', (message: ToChild) => {
    tail = tail
      .then(() => handle(message))
      .catch((error: unknown) => {
        tell({ kind: 'failed', loss: describeLoss('failed', error) }, () => void end(1));
      });
  });
  // Main is gone, however it ended: close the files and go too.
  process.on('disconnect', () => void end(0));
}

function tell(message: FromChild, sent?: () => void): void {
  // The callback makes a send to a vanished parent an event of `disconnect`, not an exception.
  process.send?.(message, undefined, undefined, () => sent?.());
}

if (process.argv[2] === 'serve-parent') serveParent();
