// Makes load on an HTTP server from a process of its own: raw sockets, one request at a time on each, so that it costs little beside the server.
import { connect, type Socket } from 'node:net';
import { percentile } from './measure.ts';

/** What load is made. `paths` are asked in turn. */
export interface LoadRequest {
  readonly port: number;
  readonly paths: readonly string[];
  readonly token: string;
  readonly connections: number;
  readonly milliseconds: number;
  /** Requests in a second; as many as go where absent. */
  readonly rate?: number;
}

/** What came of it. Times are milliseconds from when a request was due. */
export interface LoadResult {
  readonly requests: number;
  readonly perSecond: number;
  readonly errors: number;
  readonly p50: number;
  readonly p99: number;
  /** The p99 of each {@link WINDOW}. */
  readonly windows: readonly number[];
}

/** Milliseconds. */
const WINDOW = 250;
/** Requests of a window that has a p99. */
const LEAST = 200;

const HEAD_END = Buffer.from('\r\n\r\n');

process.on('message', (request: LoadRequest) => {
  void run(request).then((result) => process.send?.(result));
});

async function run(request: LoadRequest): Promise<LoadResult> {
  const { port, paths, token, connections, milliseconds, rate } = request;
  const texts = paths.map(
    (path) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  );
  const times: number[] = [];
  const windows: number[][] = [];
  let errors = 0;
  let next = 0;
  const begin = performance.now();
  const end = begin + milliseconds;
  const dueAt = (number: number): number =>
    rate === undefined ? performance.now() : begin + (number * 1000) / rate;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(port, '127.0.0.1');
      socket.setNoDelay(true);
      await new Promise<void>((resolve) => socket.once('connect', resolve));
      await new Promise<void>((resolve) => {
        let due = 0;
        const send = (): void => {
          if (performance.now() >= end) {
            socket.destroy();
            resolve();
            return;
          }
          const number = next++;
          due = dueAt(number);
          const wait = due - performance.now();
          const write = (): void => void socket.write(texts[number % texts.length] ?? '');
          // One that was held up by an answer counts from when it was due; one whose timer was late, from when it was sent.
          if (wait <= 1) write();
          else
            setTimeout(() => {
              due = performance.now();
              write();
            }, wait);
        };
        readAnswers(socket, (status) => {
          const now = performance.now();
          times.push(now - due);
          (windows[Math.floor((now - begin) / WINDOW)] ??= []).push(now - due);
          if (status !== 200) errors += 1;
          send();
        });
        socket.on('error', () => {
          errors += 1;
          resolve();
        });
        send();
      });
    }),
  );
  const seconds = (performance.now() - begin) / 1000;
  return {
    requests: times.length,
    perSecond: times.length / seconds,
    errors,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    windows: windows.flatMap((each) => (each.length < LEAST ? [] : [percentile(each, 0.99)])),
  };
}

/** Calls back for each whole answer, with its status. Every answer has a Content-Length. */
function readAnswers(socket: Socket, onAnswer: (status: number) => void): void {
  let held: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const head = held.indexOf(HEAD_END);
    if (head === -1) return;
    const text = held.toString('latin1', 0, head);
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    if (held.length < head + HEAD_END.length + length) return;
    held = held.subarray(head + HEAD_END.length + length);
    onAnswer(Number(text.slice(9, 12)));
  });
}
