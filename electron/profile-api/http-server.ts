import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '../domain/app-error.ts';
import { FastConnection, type FastGround } from './fast-connection.ts';
import { handleRequest } from './handle-request.ts';
import { askedByMessage, replyBy } from './node-exchange.ts';
import { ResponseWriter } from './response-writer.ts';
import type { ServerLimits } from './server-limits.ts';
import type { ServerState } from './server-state.ts';

const LOOPBACK = '127.0.0.1';
/** The longest request line and headers, in bytes. */
const LARGEST_HEAD = 16 * 1024;

/** The connections of a Profile API: each begins as a {@link FastConnection}, and is `node:http`'s as soon as it needs to be. */
export class HttpServer {
  readonly #server: Server;
  readonly #limits: ServerLimits;
  readonly #sockets = new Set<Socket>();
  readonly #fast = new Map<Socket, FastConnection>();
  #checking: NodeJS.Timeout | undefined;
  #dropped = 0;

  constructor(state: ServerState, limits: ServerLimits) {
    this.#limits = limits;
    const server = createServer({
      maxHeaderSize: LARGEST_HEAD,
      headersTimeout: limits.headers,
      requestTimeout: limits.request,
      keepAliveTimeout: limits.keepAlive,
      connectionsCheckingInterval: limits.check,
    });
    server.maxConnections = limits.connections;
    server.timeout = limits.idle;
    const answer = (message: IncomingMessage, response: ServerResponse): void =>
      handleRequest(state, askedByMessage(message), replyBy(message, response));
    server.on('request', answer);
    // What a client expects of us beside an answer is nothing that it needs to be told before its key was looked at.
    server.on('checkExpectation', answer);
    server.on('drop', () => (this.#dropped += 1));
    this.#server = server;
    this.#goFirst(state);
  }

  /** Open connections. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Connections that were refused above the limit. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Begins to listen on the loopback address. @returns the port. @throws AppError SETTINGS_INVALID where the port cannot be taken */
  async listen(port: number): Promise<number> {
    const server = this.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => reject(portUnusable(port, cause)));
      server.listen(port, LOOPBACK, resolve);
    });
    const { check } = this.#limits;
    this.#checking = setInterval(() => {
      for (const connection of this.#fast.values()) connection.check(check);
    }, check);
    this.#checking.unref();
    const address = server.address();
    return address === null || typeof address === 'string' ? port : address.port;
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    clearInterval(this.#checking);
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  /** Puts fast connections before what `node:http` does with a new socket. */
  #goFirst(state: ServerState): void {
    const server = this.#server;
    const listeners = server.listeners('connection');
    const ground: FastGround = {
      state,
      limits: this.#limits,
      writer: new ResponseWriter(),
      keeps: `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(this.#limits.keepAlive / 1000)}\r\n`,
      handOver: (socket) => {
        this.#fast.delete(socket);
        for (const listener of listeners) Reflect.apply(listener, server, [socket]);
      },
    };
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      this.#fast.set(socket, new FastConnection(ground, socket));
      socket.once('close', () => {
        this.#sockets.delete(socket);
        this.#fast.delete(socket);
      });
    });
  }
}

function portUnusable(port: number, cause: Error): AppError {
  return new AppError(
    {
      code: 'SETTINGS_INVALID',
      message: `The Profile API cannot listen on port ${port}: another program has it, or it is reserved.`,
      help: 'Choose another port, or 0 for a free one.',
      retry: 'after-fix',
    },
    { cause },
  );
}
