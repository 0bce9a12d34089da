import { RPCHandler } from '@orpc/server/message-port';
import type { Engine } from './compose.ts';

/** One end of a channel: a web MessagePort, Electron's MessagePortMain, or a port relayed to a child process. */
type EnginePort = Parameters<RPCHandler<object>['upgrade']>[0];

/** Serves the whole engine behind one message port. Whoever made the port starts and closes it. */
export function serveEngine(port: EnginePort, engine: Engine): void {
  new RPCHandler(engine.router).upgrade(port);
}
