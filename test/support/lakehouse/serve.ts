// Runs a lakehouse until its input closes. Started by lakehouse.ts, which reads the one line of output: the address.
//   node test/support/lakehouse/serve.ts [small|medium|large]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSampleSize } from '../../../electron/sample/sample-size.ts';
import { createSampleTables } from './sample-tables.ts';
import { ensureLakehouseTools, lakehouseCache } from './setup.ts';
import { openSparkClient } from './spark/spark-client.ts';
import { startSpark } from './spark/spark-process.ts';
import { openSparkSession } from './spark/spark-session.ts';
import { openWorkspace } from './workspace.ts';

const size = isSampleSize(process.argv[2]) ? process.argv[2] : 'small';
const stopped = new Promise<void>((resolve) => {
  process.stdin
    .on('end', resolve)
    .on('error', () => resolve())
    .resume();
  process.on('SIGTERM', () => resolve());
  // Ctrl-C reaches every process of the terminal; whoever started this one closes its input.
  process.on('SIGINT', () => undefined);
});

const folder = mkdtempSync(join(tmpdir(), 'slipway-lakehouse-'));
try {
  await using cleanup = new AsyncDisposableStack();
  const spark = await startSpark(await ensureLakehouseTools(), folder);
  cleanup.defer(spark.stop);
  const client = openSparkClient(spark.port, spark.nudge);
  cleanup.defer(client.close);
  const session = await openSparkSession(client);
  const readable = await createSampleTables(session, size, lakehouseCache(), folder);
  await session.close();
  const workspace = await openWorkspace(client, folder, readable);
  cleanup.defer(workspace.close);
  process.stdout.write(`${JSON.stringify(workspace.address)}\n`);
  await stopped;
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
