// A run's rows a second into a receiver that takes everything, through the whole runner: pinning, cutting, requests, journal and ledger;
// against the bare stream of the same rows from DuckDB. Beside it the growth of memory from 0.1M to 5M rows, and a file with a hashed column
// against DuckDB's own COPY of the same query. The receiver is a process of its own on the same two cores.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { RunPlan } from '../../electron/activation/run-plan.ts';
import { composeEngine } from '../../electron/compose.ts';
import { loadDriver } from '../../electron/warehouses/duckdb-read.ts';
import { toDuckdbParameters } from '../../electron/warehouses/duckdb-value.ts';
import { writeWorkspaceFile } from '../../electron/domain/workspace-file.ts';
import { makeFolder, makePeople, startNullReceiver, writeWorkspace } from './support/activation-bench.ts';
import { benchSize, median, report, timeOf } from './support/measure.ts';

const SIZES = { small: [10_000, 50_000], medium: [50_000, 500_000], large: [100_000, 5_000_000] } as const;
const ROWS_PER_SECOND = 300_000;
/** How much more memory the long run may take at its peak than the short one, to be called flat. */
const MEMORY_GOAL = 1.1;
const FILE_GOAL = 1.25;
const RUNS = 3;
const FILE_RUNS = 5;

const size = benchSize();
const [few, many] = SIZES[size];
const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
const out = makeFolder(folder, 'out');
const receiver = await startNullReceiver();
const { api: duckdb } = await loadDriver();
const people = await makePeople(many);
const engine = await composeEngine({
  home: join(folder, 'home'),
  keychain: 'memory',
  version: '0.0.0',
  schedules: false,
});
const { services } = engine;

interface Measured {
  /** Milliseconds. */
  readonly time: number;
  /** The greatest memory of this process on the way, in MiB. */
  readonly peak: number;
}

/** Runs an activation to its end. */
async function runOnce(id: string): Promise<Measured> {
  let peak = process.memoryUsage.rss();
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 50);
  const time = await timeOf(async () => {
    const run = services.activationRuns.start('people', id, { startedFrom: 'app' });
    const { status, counts, error } = await services.activationRuns.wait(run.id);
    if (status !== 'succeeded')
      throw new Error(`${id}: ${status} ${error?.message ?? ''} ${JSON.stringify(counts)}`);
  });
  clearInterval(watch);
  return { time, peak: peak / 1_048_576 };
}

/** The rows of the run as they come from DuckDB, alone. */
async function scanOnce(): Promise<number> {
  const instance = await duckdb.DuckDBInstance.create(people, { access_mode: 'READ_ONLY', threads: '1' });
  const connection = await instance.connect();
  const time = await timeOf(async () => {
    const result = await connection.stream('SELECT CAST(id AS VARCHAR), email FROM people');
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      chunk.getColumns();
    }
  });
  connection.closeSync();
  instance.closeSync();
  return time;
}

/** DuckDB's own COPY of the statement that the run wrote its file by. */
async function copyOnce(path: string): Promise<number> {
  const [run] = services.runs.list(1);
  const plan = RunPlan.parse(readState(run?.id ?? ''));
  const instance = await duckdb.DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(`ATTACH '${people}' AS people (READ_ONLY)`);
  const { values, types } = toDuckdbParameters(duckdb, plan.query.values);
  const time = await timeOf(() =>
    connection.run(`COPY (${plan.query.text}) TO '${path}' (FORMAT csv)`, values, types),
  );
  connection.closeSync();
  instance.closeSync();
  return time;
}

/** What the store keeps of a run, read beside the engine. */
function readState(runId: string): unknown {
  const store = new BetterSqlite3(join(folder, 'home', 'slipway.db'), { readonly: true });
  const row = store
    .prepare<[string], { document: string }>('SELECT document FROM run_states WHERE run_id = ?')
    .get(runId);
  store.close();
  return JSON.parse(row?.document ?? 'null');
}

try {
  const workspace = writeWorkspace(
    people,
    { stateFile: join(folder, 'state.duckdb'), url: receiver.url, folder: out },
    [few, many],
  );
  services.workspaces.import(writeWorkspaceFile(workspace), false);
  await services.destinations.save({
    ...workspace.destinations[0],
    id: 'hook',
    label: 'Hook',
    kind: 'webhook',
    settings: workspace.destinations[0]?.settings ?? {},
    secrets: { signingSecret: 'a-secret-of-the-benchmark' },
  });
  await runOnce(`hook-${few}`);
  const runs: { short: Measured; long: Measured; scan: number }[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const short = await runOnce(`hook-${few}`);
    runs.push({ short, long: await runOnce(`hook-${many}`), scan: await scanOnce() });
  }
  const limit = (many / ROWS_PER_SECOND) * 1000;
  const time = median(runs.map(({ long }) => long.time));
  report({
    bench: 'activate, batches',
    ratio: time / limit,
    goal: 1,
    ours: time,
    theirs: limit,
    unit: 'ms',
    size,
    rowsPerSecond: (many / time) * 1000,
    toScan: median(runs.map(({ long, scan }) => long.time / scan)),
  });
  report({
    bench: `activate, memory of ${many} rows to that of ${few}`,
    ratio: median(runs.map(({ short, long }) => long.peak / short.peak)),
    goal: MEMORY_GOAL,
    ours: median(runs.map(({ long }) => long.peak)),
    theirs: median(runs.map(({ short }) => short.peak)),
    unit: 'MiB',
    size,
  });
  const pairs: [number, number][] = [];
  for (let run = 0; run <= FILE_RUNS; run += 1) {
    const ours = (await runOnce(`file-${many}`)).time;
    const theirFile = join(folder, 'theirs.csv');
    const theirs = await copyOnce(theirFile);
    if (run === 0) await compareFiles(join(out, `File ${many}.csv`), theirFile);
    else pairs.push([ours, theirs]);
    await rm(theirFile);
  }
  report({
    bench: 'activate, file with a hashed column',
    ratio: median(pairs.map(([ours, theirs]) => ours / theirs)),
    goal: FILE_GOAL,
    ours: median(pairs.map(([ours]) => ours)),
    theirs: median(pairs.map(([, theirs]) => theirs)),
    unit: 'ms',
    size,
  });
} finally {
  await engine.close();
  receiver.stop();
  await rm(folder, { recursive: true, force: true });
}

async function compareFiles(ours: string, theirs: string): Promise<void> {
  const sorted = async (path: string): Promise<string> => {
    const [header = '', ...lines] = (await readFile(path, 'utf8')).trimEnd().split('\n');
    return [header, ...lines.sort()].join('\n');
  };
  if ((await sorted(ours)) !== (await sorted(theirs))) throw new Error('The files differ.');
}
