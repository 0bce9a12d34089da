import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { ApiMetrics } from '../../../electron/profile-api/api-metrics.ts';
import { FastConnection } from '../../../electron/profile-api/fast-connection.ts';
import { Latency } from '../../../electron/profile-api/latency.ts';
import { RateLimit } from '../../../electron/profile-api/rate-limit.ts';
import { ReadCounts } from '../../../electron/profile-api/read-counts.ts';
import { ResponseWriter } from '../../../electron/profile-api/response-writer.ts';
import { ServedSettings } from '../../../electron/profile-api/served-settings.ts';
import { SERVER_LIMITS } from '../../../electron/profile-api/server-limits.ts';
import type { ServerState } from '../../../electron/profile-api/server-state.ts';
import { VersionTag } from '../../../electron/profile-api/version-tag.ts';
import { SETTINGS, shopStore } from '../../support/profile-api/shop-profiles.ts';

/** A socket whose other end reads nothing: what is written to it is collected. */
class FullSocket extends Socket {
  readonly written: (Buffer | string)[] = [];
  unsent = 0;

  constructor() {
    super();
    Object.defineProperty(this, 'writableLength', { get: () => this.unsent });
  }
  override write(bytes: Buffer | string): boolean {
    this.written.push(bytes);
    this.unsent += bytes.length;
    return true;
  }
}

const STATE: ServerState = {
  store: shopStore(),
  clock: Date.now,
  metrics: new ApiMetrics(),
  latency: new Latency(),
  reads: new ReadCounts(),
  limit: new RateLimit(1),
  tag: new VersionTag(),
  warnings: new Map(),
  onFailure: (error) => expect(error).toBeUndefined(),
  connections: () => 1,
  dropped: () => 0,
  served: new ServedSettings(SETTINGS),
  port: 0,
};

const head = (tag: string) => ({ status: 200, headers: ['ETag', tag], rest: 'Connection: keep-alive\r\n' });

test('answers that nobody reads take little more memory than they are long', () => {
  const writer = new ResponseWriter();
  const socket = new FullSocket();
  const bodies = Array.from({ length: 200 }, (_, at) => `{"number":${at}}`);
  for (const [at, body] of bodies.entries()) writer.write(socket, head(`"${at}"`), body);
  const blocks = new Set(
    socket.written
      .map((each) => (typeof each === 'string' ? each : each.buffer))
      .filter((each) => typeof each !== 'string'),
  );
  const held = [...blocks].reduce((sum, block) => sum + block.byteLength, 0);
  expect(held).toBeLessThan(64 * 1024 * 3);
  const texts = socket.written.map((each) => String(each)).join('');
  const parsed = [...texts.matchAll(/Content-Length: (\d+)\r\n.*\r\n\r\n({[^}]*})/g)];
  expect(parsed.map(([, , body]) => body)).toEqual(bodies);
  expect(parsed.map(([, length]) => Number(length))).toEqual(bodies.map(({ length }) => length));
});

test('a connection is idle only once its answers have gone out', () => {
  const socket = new FullSocket();
  const writer = new ResponseWriter();
  const ground = { state: STATE, limits: SERVER_LIMITS, writer, keeps: '', handOver: () => undefined };
  const connection = new FastConnection(ground, socket);
  socket.emit('data', Buffer.from('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'));
  expect(String(socket.written[0])).toContain('HTTP/1.1 200 OK');
  expect(socket.timeout).toBe(SERVER_LIMITS.idle);
  for (let seconds = 0; seconds < 20; seconds += 1) connection.check(1_000);
  expect(socket.destroyed).toBe(false);
  socket.unsent = 0;
  for (let seconds = 0; seconds < 20; seconds += 1) connection.check(1_000);
  expect(socket.destroyed).toBe(true);
});
