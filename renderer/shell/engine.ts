import { createORPCClient, DynamicLink, type ClientContext, type ClientLink } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../electron/contract/contract.ts';
import { PORT_MESSAGE } from '../../electron/contract/desktop.ts';
import { findDesktop } from '../ui/desktop.ts';

/** Every call that the engine answers, typed by the contract. */
export type Engine = ContractRouterClient<Contract>;

/** Whether the engine can be reached; `lost` while it restarts. */
export type EngineReach = 'ready' | 'lost';

/** One way to the engine. */
type Way = { readonly link: ClientLink<ClientContext>; readonly close: () => void };

/** `opened` is called once the engine answers on this way, `ended` when the way is gone. */
type WayEvents = { readonly opened: () => void; readonly ended: () => void };

/** Waits between attempts to reach an engine that is gone, in milliseconds. */
const WAITS = [200, 500, 1000, 2000, 5000];

/**
 * Opens the engine and keeps it open: a way that ends is replaced by a new one, and calls made meanwhile
 * wait for it. `onReach` hears of each loss and return.
 */
export function openEngine(onReach: (reach: EngineReach) => void): { engine: Engine; close: () => void } {
  const openWay = findDesktop() === undefined ? openSocket : openPort;
  let closed = false;
  let attempts = 0;
  let way = open();
  let next = Promise.resolve(way);

  function open(): Way {
    return openWay({
      opened: () => {
        attempts = 0;
        onReach('ready');
      },
      ended: () => {
        if (closed) return;
        onReach('lost');
        const wait = WAITS[Math.min(attempts, WAITS.length - 1)];
        attempts += 1;
        next = new Promise((resolve) => {
          setTimeout(() => {
            if (closed) return;
            way = open();
            resolve(way);
          }, wait);
        });
      },
    });
  }

  const close = (): void => {
    closed = true;
    way.close();
  };
  // A reload with an open port crashes Electron 22's renderer.
  window.addEventListener('pagehide', close, { once: true });
  return { engine: createORPCClient(new DynamicLink(async () => (await next).link)), close };
}

function openPort(events: WayEvents): Way {
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener('close', events.ended);
  const link = new PortLink<ClientContext>({ port: port1 });
  port1.start();
  window.postMessage({ type: PORT_MESSAGE }, location.origin, [port2]);
  // A port does not say when somebody listens at its other end; the first answer does.
  link.call(['app', 'status'], {}, { context: {} }).then(events.opened, () => {
    // The port's own close event reports the loss.
  });
  return { link, close: () => port1.close() };
}

function openSocket(events: WayEvents): Way {
  const url = new URL('/rpc', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const token = new URLSearchParams(location.search).get('token');
  if (token !== null) url.searchParams.set('token', token);
  const websocket = new WebSocket(url);
  websocket.addEventListener('open', events.opened);
  websocket.addEventListener('close', events.ended);
  return { link: new SocketLink<ClientContext>({ websocket }), close: () => websocket.close() };
}
