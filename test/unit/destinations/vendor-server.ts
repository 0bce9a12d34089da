import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  DeliveryFailure,
  type Delivery,
  type DeliveryContext,
  type DeliveryState,
  type DestinationKind,
} from '../../../electron/destinations/destination.ts';

/** A request as it came over the wire. */
export interface Seen {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What to answer: JSON or a text as it is; `cut` breaks the connection, after the headers where a status is given. */
export interface Reply {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cut?: boolean;
}

/** A plain HTTP server that answers with the given replies in their order, the last one again and again. */
export async function startServer(replies: readonly Reply[]) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const reply = replies[Math.min(seen.length, replies.length - 1)] ?? {};
      seen.push({
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(parts).toString('utf8'),
      });
      if (reply.cut === true && reply.status === undefined) {
        request.socket.destroy();
        return;
      }
      const text = reply.text ?? JSON.stringify(reply.json ?? {});
      response.writeHead(reply.status ?? 200, { 'Content-Type': 'application/json', ...reply.headers });
      if (reply.cut === true) response.write(text, () => request.socket.destroy());
      else response.end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const RUN = { id: '0190a1b2-0000-7000-8000-000000000001', name: 'Emailable', activationId: 'emailable' };

/** A delivery's context, with what it has saved in `saved`. */
export function contextOf(
  parts: Pick<DeliveryContext, 'settings' | 'secrets' | 'target' | 'mode' | 'fields'> & {
    readonly state?: DeliveryState;
    readonly total?: number;
  },
): DeliveryContext & { readonly saved: DeliveryState[] } {
  const saved: DeliveryState[] = [];
  return {
    total: 3,
    run: RUN,
    signal: new AbortController().signal,
    ...parts,
    state: parts.state,
    saveState: (state) => saved.push(state),
    saved,
  };
}

/** Opens a delivery of a kind that is driven by batches. */
export async function openDelivery(kind: DestinationKind, context: DeliveryContext): Promise<Delivery> {
  if (kind.delivery.by !== 'batches') throw new Error(`${kind.kind} takes files`);
  return kind.delivery.open(context);
}

/** A signal that never aborts. */
export const never = new AbortController().signal;

/** The failure an act ends with. */
export async function failureOf(act: Promise<unknown>): Promise<DeliveryFailure> {
  try {
    await act;
  } catch (error) {
    if (error instanceof DeliveryFailure) return error;
    throw error;
  }
  throw new Error('the act did not fail');
}
