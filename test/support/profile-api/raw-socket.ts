import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** A bare connection to a server on the loopback address, whose bytes are collected. */
export interface RawSocket {
  readonly socket: Socket;
  /** What has come so far. */
  text(): string;
  /** Resolves once the connection has ended, whoever ended it and however. */
  readonly ended: Promise<void>;
}

export async function openRaw(port: number): Promise<RawSocket> {
  const socket = connect({ host: '127.0.0.1', port });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  // A reset is one way to be refused.
  socket.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await Promise.race([once(socket, 'connect').catch(() => undefined), ended]);
  return { socket, text: () => Buffer.concat(chunks).toString('latin1'), ended };
}

/** Sends a text, then waits until the server ends the connection. @returns what came back */
export async function exchangeRaw(port: number, text: string): Promise<string> {
  const raw = await openRaw(port);
  raw.socket.write(Buffer.from(text, 'latin1'));
  await raw.ended;
  return raw.text();
}

/** Statuses of the answers in what came back. */
export function statusesOf(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}

/** Waits until something holds. A test that waits in vain runs into its time limit. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await setTimeout(20);
}
