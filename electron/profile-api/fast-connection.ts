import type { Socket } from 'node:net';
import type { Asked, Reply } from './exchange.ts';
import { handleRequest } from './handle-request.ts';
import { isEmptyLines, readHead, type RequestHeaders } from './request-head.ts';
import type { ResponseWriter } from './response-writer.ts';
import type { ServerLimits } from './server-limits.ts';
import type { ServerState } from './server-state.ts';

/** A client that was told when its connection ends may be as late as this, in milliseconds. */
const GRACE = 1_000;
const CLOSES = 'Connection: close\r\n';

/** What the fast connections of one server share. */
export interface FastGround {
  readonly state: ServerState;
  readonly limits: ServerLimits;
  readonly writer: ResponseWriter;
  /** Lines that say for how long a connection is kept. */
  readonly keeps: string;
  /** Gives a connection to `node:http`. */
  readonly handOver: (socket: Socket) => void;
}

/**
 * A connection whose requests are all of the plain kind that {@link readHead} knows. They are answered without `node:http`, which takes more
 * time for a request than everything else that is done for it. With the first request of another kind, the connection is handed over for good.
 */
export class FastConnection implements Reply {
  readonly #ground: FastGround;
  readonly #socket: Socket;
  #headers: RequestHeaders | undefined;
  /** A request is being answered, or its answer does not go out. */
  #isBusy = false;
  /** What came meanwhile. */
  #held: Buffer[] = [];
  /** Milliseconds without a request, counted by {@link check}. */
  #idle = 0;

  constructor(ground: FastGround, socket: Socket) {
    this.#ground = ground;
    this.#socket = socket;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('timeout', this.#onTimeout);
    socket.on('error', ignore);
  }

  /**
   * Ends the connection when it has been idle for too long. A timer for each would be set back with every request.
   * @param passed milliseconds since the last check
   */
  check(passed: number): void {
    if (this.#isBusy || this.#socket.writableLength > 0) return;
    this.#idle += passed;
    if (this.#idle > this.#ground.limits.keepAlive + GRACE) this.#socket.destroy();
  }

  send(status: number, headers: readonly string[], body: string, isLast: boolean): void {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) return;
    const { keeps, writer } = this.#ground;
    const isTaken = writer.write(socket, { status, headers, rest: isLast ? CLOSES : keeps }, body);
    if (isLast) socket.end();
    else if (isTaken) this.#goOn();
    else socket.once('drain', () => this.#goOn());
  }

  readonly #onData = (bytes: Buffer): void => {
    if (this.#isBusy) {
      this.#held.push(bytes);
      this.#socket.pause();
      return;
    }
    this.#idle = 0;
    const head = readHead(bytes, this.#headers);
    if (head === undefined) {
      // Empty lines between two requests are nothing (RFC 9112, 2.2). Before the first, they are for `node:http`, which limits how long that takes.
      if (this.#headers === undefined || !isEmptyLines(bytes)) this.#leave(bytes);
      return;
    }
    this.#isBusy = true;
    this.#headers = head.headers;
    handleRequest(this.#ground.state, askedBy(head.target, head.headers), this);
    this.#limitWait();
  };

  /** Whoever says nothing more is not waited for, as `node:http` does it: what was answered goes out. */
  readonly #onEnd = (): void => void this.#socket.end();

  /** Neither side has sent anything for too long. */
  readonly #onTimeout = (): void => void this.#socket.destroy();

  /** Ends the connection when an answer is not there, or not read, for too long. */
  #limitWait(): void {
    const socket = this.#socket;
    const { idle } = this.#ground.limits;
    const isWaiting = this.#isBusy || socket.writableLength > 0;
    if (isWaiting && socket.timeout !== idle) socket.setTimeout(idle);
  }

  #goOn(): void {
    this.#isBusy = false;
    if (this.#held.length === 0 || this.#socket.writableEnded) return;
    const bytes = Buffer.concat(this.#held);
    this.#held = [];
    this.#socket.resume();
    this.#onData(bytes);
  }

  #leave(bytes: Buffer): void {
    const socket = this.#socket;
    // What comes later is judged by others.
    this.#isBusy = true;
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('timeout', this.#onTimeout);
    socket.off('error', ignore);
    this.#ground.handOver(socket);
    // Without this, Node's parser would read from the system at the same time as the stream, and stop at what comes while it is paused.
    socket.on('data', ignore);
    // As if they came only now: before anything else that comes.
    socket.emit('data', bytes);
  }
}

function askedBy(target: string, headers: RequestHeaders): Asked {
  return { method: 'GET', target, headers, message: undefined };
}

// A reset is followed by the end of the connection.
function ignore(): void {}
