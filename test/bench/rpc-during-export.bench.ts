// The round trip of a small call while the engine exports every household as CSV, JSON Lines and Parquet, digests and ledger included:
// the engine in one thread, as the main process has it, and its client in another, as the renderer is. The limit is 50 ms for 99 of 100.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { composeEngine } from '../../electron/compose.ts';
import { serveEngine } from '../../electron/engine.ts';
import { sampleModel } from '../../electron/sample/sample-model.ts';
import { EVERYBODY } from './support/everybody.ts';
import { benchSize, median, percentile, report } from './support/measure.ts';
import { benchHome } from './support/sample-bench.ts';

const LIMIT_MS = 50;
const Measured = z.object({
  idle: z.array(z.number()).min(1),
  busy: z.array(z.number()).min(1),
  rows: z.number().min(1),
  bytes: z.number().min(1),
});

const size = benchSize();
const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
const store = join(folder, 'slipway.db');
const engine = await composeEngine({ home: benchHome(), store, keychain: 'memory', version: '0.0.0' });
try {
  const { connections, catalog, models, audiences } = engine.services;
  const form = { label: 'Sample', kind: 'sample', settings: { size }, secrets: {} };
  const { id: connectionId } = await connections.save(form);
  await catalog.refresh(connectionId, {});
  models.save(connectionId, sampleModel());
  const { audience } = audiences.save(connectionId, { name: 'Everybody', rule: EVERYBODY, columns: [] });

  const { port1, port2 } = new MessageChannel();
  serveEngine(port2, engine);
  port2.start();
  const targets = ['csv', 'jsonl', 'parquet'].map((format) => ({
    format,
    path: join(folder, `everybody.${format}`),
  }));
  const probe = new Worker(new URL('./support/rpc-probe.ts', import.meta.url), {
    workerData: { port: port1, connectionId, audienceId: audience.id, targets },
    transferList: [port1],
  });
  const answer: unknown = await new Promise((resolve, reject) =>
    probe.once('message', resolve).once('error', reject),
  );
  const { idle, busy, rows, bytes } = Measured.parse(answer);
  const ours = percentile(busy, 0.99);
  const details = {
    calls: busy.length,
    median: median(busy),
    worst: percentile(busy, 1),
    idleP99: percentile(idle, 0.99),
  };
  report({
    bench: 'rpc-during-export',
    ratio: ours / LIMIT_MS,
    goal: 1,
    ours,
    theirs: LIMIT_MS,
    unit: 'ms',
    size,
    ...details,
    rows,
    bytes,
  });
} finally {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
}
