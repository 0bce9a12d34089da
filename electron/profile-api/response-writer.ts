import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { hasBody } from './answer.ts';

/** Bytes of an answer that are put together in place: the others are few. */
const BLOCK = 64 * 1024;
/** Where the body begins in the block; the head ends there. */
const BODY = 2 * 1024;
/** Bytes in UTF-8 of each unit of a text, at most. */
const WIDEST = 3;
const DIGIT_0 = 48;
const LINE_END = '\r\n';
const LENGTH = 'Content-Length: ';

/** The head of an answer but for its Content-Length. */
interface Head {
  readonly status: number;
  /** Names and values by turns, in Latin-1. */
  readonly headers: readonly string[];
  /** Lines of the headers that come last. */
  readonly rest: string;
}

/**
 * Writes answers to sockets, each as one run of bytes. They are put together in one block of memory: new memory for each, or texts that the
 * socket has to turn into bytes, take longer. A head stays in the block, since the next answer often has the same.
 */
export class ResponseWriter {
  #block = Buffer.allocUnsafeSlow(BLOCK);
  #head: Head | undefined;
  /** Where the head begins in the block. */
  #begin = BODY;
  /** How many digits its Content-Length has, and where they end. */
  #digits = 0;
  #digitsEnd = BODY;

  /**
   * Writes an answer, with a Content-Length if its status has one.
   * @returns whether the socket takes more at once
   */
  write(socket: Socket, head: Head, body: string): boolean {
    // Behind what did not go out, a block for each answer would be much memory for a client that does not read.
    if (socket.writableLength > 0 || BODY + body.length * WIDEST > BLOCK) {
      const bytes = Buffer.from(body);
      socket.write(textOf(head, bytes.length), 'latin1');
      return socket.write(bytes);
    }
    const end = BODY + this.#block.write(body, BODY);
    this.#putHead(head, end - BODY);
    const isTaken = socket.write(this.#block.subarray(this.#begin, end));
    if (socket.writableLength > 0) {
      // What did not go out at once still lies in this block.
      this.#block = Buffer.allocUnsafeSlow(BLOCK);
      this.#head = undefined;
    }
    return isTaken;
  }

  #putHead(head: Head, length: number): void {
    const digits = hasBody(head.status) ? digitsOf(length) : 0;
    if (this.#head === undefined || digits !== this.#digits || !areSame(head, this.#head)) {
      const text = textOf(head, length);
      this.#begin = BODY - text.length;
      this.#block.write(text, this.#begin, 'latin1');
      this.#head = head;
      this.#digits = digits;
      this.#digitsEnd = BODY - LINE_END.length - head.rest.length - LINE_END.length;
      return;
    }
    let left = length;
    for (let at = 1; at <= digits; at += 1) {
      this.#block[this.#digitsEnd - at] = DIGIT_0 + (left % 10);
      left = Math.floor(left / 10);
    }
  }
}

function textOf(head: Head, length: number): string {
  const { status, headers, rest } = head;
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}${LINE_END}`;
  for (let at = 0; at < headers.length; at += 2) {
    text += `${headers[at] ?? ''}: ${headers[at + 1] ?? ''}${LINE_END}`;
  }
  if (hasBody(status)) text += `${LENGTH}${length}${LINE_END}`;
  return `${text}${rest}${LINE_END}`;
}

function digitsOf(length: number): number {
  let digits = 1;
  for (let least = 10; length >= least; least *= 10) digits += 1;
  return digits;
}

function areSame(one: Head, other: Head): boolean {
  const { headers } = other;
  if (one.status !== other.status || one.rest !== other.rest) return false;
  if (one.headers.length !== headers.length) return false;
  for (let at = 0; at < headers.length; at += 1) if (one.headers[at] !== headers[at]) return false;
  return true;
}
