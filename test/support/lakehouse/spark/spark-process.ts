import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '../../test-tools.ts';
import type { LakehouseTools } from '../setup.ts';
import { openSparkClient, STALL_MS } from './spark-client.ts';
import { openSparkSession } from './spark-session.ts';

/** How long Spark may take to start, in milliseconds; it takes 20 seconds on two idle cores. */
const START_LIMIT_MS = 240_000;
/** How long Spark may take to end before it is killed, in milliseconds. */
const STOP_LIMIT_MS = 10_000;

/** A Thrift server of Spark that runs. */
export interface SparkProcess {
  readonly port: number;
  readonly logFile: string;
  /** Wakes it up, in case that it sleeps when it should not. */
  nudge(): void;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

/**
 * The shell that stands between: it ends Spark when its own input closes, which also happens when the process that
 * started it is killed. Nothing is left behind.
 */
const GUARD =
  'exec 3<&0; "$0" "$@" </dev/null 3<&- & child=$!; echo "$child" > spark.pid; ' +
  '(cat <&3 >/dev/null; kill "$child") & wait "$child"';

/** Starts Spark's Thrift server with Delta Lake on a free port of this machine. `folder` gets its files and its log. */
export async function startSpark(tools: LakehouseTools, folder: string): Promise<SparkProcess> {
  const port = await findFreePort();
  const logFile = join(folder, 'spark.log');
  const log = openSync(logFile, 'a');
  const child = spawn(
    'sh',
    ['-c', GUARD, join(tools.sparkHome, 'bin', 'spark-submit'), ...options(tools, folder, port)],
    {
      cwd: folder,
      // A group of its own: Ctrl-C must not end the guard before Spark has ended.
      detached: true,
      stdio: ['pipe', log, log],
      env: { ...process.env, SPARK_HOME: tools.sparkHome, SPARK_LOCAL_IP: '127.0.0.1', TZ: 'UTC' },
    },
  );
  closeSync(log);
  const nudge = () => {
    nudgeJava(join(folder, 'spark.pid'));
  };
  const stop = async (): Promise<void> => {
    await stopChild(child);
  };
  try {
    await waitUntilReady(child, port, logFile, nudge);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, logFile, nudge, stop };
}

function options(tools: LakehouseTools, folder: string, port: number): string[] {
  const conf: Readonly<Record<string, string>> = {
    // Every thread that a cancel interrupts may keep a connection to the metastore for good: a pool is empty after ten, and waits forever.
    'spark.hadoop.datanucleus.connectionPoolingType': 'NONE',
    'spark.ui.enabled': 'false',
    'spark.driver.host': '127.0.0.1',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.local.dir': join(folder, 'local'),
    'spark.sql.extensions': 'io.delta.sql.DeltaSparkSessionExtension',
    'spark.sql.catalog.spark_catalog': 'org.apache.spark.sql.delta.catalog.DeltaCatalog',
    'spark.sql.warehouse.dir': join(folder, 'warehouse'),
    // A metastore in memory: two lakehouses at once do not meet, and nothing is left of it.
    'spark.hadoop.javax.jdo.option.ConnectionURL': 'jdbc:derby:memory:slipway;create=true',
    'spark.driver.extraJavaOptions': `-Dderby.stream.error.file=${join(folder, 'derby.log')} -Djava.io.tmpdir=${folder}`,
    'spark.sql.session.timeZone': 'Etc/UTC',
    'spark.sql.legacy.parameterSubstitution.constantsOnly': 'true',
    // Types of columns are read from descriptions, which by default stop after 25 fields.
    'spark.sql.debug.maxToStringFields': '100000',
    // Rows are streamed to the gateway instead of being collected first.
    'spark.sql.thriftServer.incrementalCollect': 'true',
    'spark.sql.shuffle.partitions': '4',
    'spark.databricks.delta.snapshotPartitions': '2',
  };
  const hive: Readonly<Record<string, string>> = {
    'hive.server2.transport.mode': 'http',
    'hive.server2.thrift.http.port': String(port),
    'hive.server2.thrift.bind.host': '127.0.0.1',
    'hive.server2.authentication': 'NONE',
  };
  return [
    ...['--class', 'org.apache.spark.sql.hive.thriftserver.HiveThriftServer2', '--master', 'local[2]'],
    // Not --jars: the second session would not find Delta.
    ...['--driver-memory', '2g', '--driver-class-path', join(tools.deltaJars, '*')],
    ...Object.entries(conf).flatMap(([name, value]) => ['--conf', `${name}=${value}`]),
    'spark-internal',
    ...Object.entries(hive).flatMap(([name, value]) => ['--hiveconf', `${name}=${value}`]),
  ];
}

/**
 * Asks Java for a thread dump, which goes to the log. Java has been seen to sleep through its own wake-up call on
 * glibc 2.36 (a lost signal of a condition variable, glibc bug 25847): the dump makes every thread look again.
 */
function nudgeJava(pidFile: string): void {
  try {
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGQUIT');
  } catch {
    // It has ended, which whoever waits for it will see.
  }
}

async function waitUntilReady(
  child: ChildProcess,
  port: number,
  logFile: string,
  nudge: () => void,
): Promise<void> {
  const nudging = setInterval(nudge, STALL_MS);
  const limit = Date.now() + START_LIMIT_MS;
  const client = openSparkClient(port);
  try {
    for (;;) {
      if (child.exitCode !== null || Date.now() > limit) {
        const tail = readFileSync(logFile, 'utf8').split('\n').slice(-15).join('\n');
        throw new Error(`Spark did not start. The end of its log:\n${tail}`);
      }
      // Refused until the server listens.
      const session = await openSparkSession(client).catch(() => undefined);
      if (session !== undefined) {
        await session.close();
        return;
      }
      await delay(250);
    }
  } finally {
    clearInterval(nudging);
    client.close();
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  child.stdin?.end();
  await Promise.race([ended, delay(STOP_LIMIT_MS, undefined, { ref: false })]);
  await ended;
}
