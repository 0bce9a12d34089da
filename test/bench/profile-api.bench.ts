// The Profile API with keys, scopes, metrics and audit on, against a `node:http` server that answers with one constant text of the same length; then
// its times at half of that load, calm and while profiles are read anew; then PostgreSQL behind it, against the same lookups without a server.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { makeToken } from '../../electron/profile-api/api-keys.ts';
import type { RunningApi } from '../../electron/profile-api/running-api.ts';
import { findPostgres, startPostgres } from '../support/profile-api/postgres.ts';
import { benchSize, median, report } from './support/measure.ts';
import type { LoadResult } from './support/load-entry.ts';
import type { LookupRequest } from './support/lookup-entry.ts';
import {
  documentOf,
  fill,
  idOf,
  openBenchApi,
  pathsOf,
  startConstant,
  startLoad,
} from './support/profile-load.ts';

/** Both are measured by turns, for so short that a machine that others use as well is as fast for one as for the other. */
const ROUNDS = 61;
const ROUND_MILLISECONDS = 250;
const POSTGRES_ROUNDS = 7;
const MILLISECONDS = 2_000;
const CONNECTIONS = 32;
const LATENCY_ROUNDS = 5;
const LATENCY_MILLISECONDS = 5_000;
const size = benchSize();
const profiles = { small: 10_000, medium: 100_000, large: 1_000_000 }[size];
const token = makeToken();
const load = startLoad();

const before = process.memoryUsage().rss;
const memory = await openBenchApi(token, { store: { kind: 'memory', settings: {} }, secrets: {} });
await fill(memory, profiles, () => 3);
const bytes = (process.memoryUsage().rss - before) / profiles;

const constant = await startConstant(await readSample(memory));
await compareWithConstant(memory);
await measureLatency(memory);
await Promise.all([memory.stop(), constant.stop()]);
await comparePostgres();
load.stop();

async function readSample(api: RunningApi): Promise<string> {
  const [path = ''] = pathsOf(profiles, 'uniform', 1);
  const sample = await fetch(`http://127.0.0.1:${api.port}${path}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return sample.text();
}

async function compareWithConstant(api: RunningApi): Promise<void> {
  const ask = (port: number, paths: readonly string[], milliseconds: number) =>
    load.ask({ port, paths, token, connections: CONNECTIONS, milliseconds });
  for (const law of ['uniform', 'zipf'] as const) {
    const paths = pathsOf(profiles, law);
    await ask(api.port, paths, MILLISECONDS);
    await ask(constant.port, paths, MILLISECONDS);
    const ours: number[] = [];
    const theirs: number[] = [];
    let errors = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      theirs.push((await ask(constant.port, paths, ROUND_MILLISECONDS)).perSecond);
      const result = await ask(api.port, paths, ROUND_MILLISECONDS);
      errors += result.errors;
      ours.push(result.perSecond);
    }
    report({
      bench: `profile-api, memory, ${law}`,
      ratio: ratioOf(theirs, ours),
      goal: 1 / 0.9,
      ours: median(ours),
      theirs: median(theirs),
      unit: 'requests/s',
      size,
      profiles,
      errors,
      bytesPerProfile: bytes,
    });
  }
}

/** The median of the ratios of the rounds. */
function ratioOf(theirs: readonly number[], ours: readonly number[]): number {
  return median(theirs.map((each, round) => each / (ours[round] ?? 0)));
}

/**
 * Times at half the greatest load: the limit is 5 ms; while a hundredth of the profiles changes, three times that of calm. Each is the median of
 * the p99 of all quarters of a second, in rounds with a load of their own: a machine that others use as well stands still for tens of
 * milliseconds now and then. `whole` has the p99 of each round, with what it stood still; `constant` has that of the constant server at the same load.
 */
async function measureLatency(api: RunningApi): Promise<void> {
  const paths = pathsOf(profiles, 'uniform');
  const base = { port: api.port, paths, token, connections: CONNECTIONS };
  await load.ask({ ...base, milliseconds: MILLISECONDS });
  const rounds: { rate: number; calm: LoadResult; busy: LoadResult; constant: LoadResult }[] = [];
  for (let round = 0; round < LATENCY_ROUNDS; round += 1) {
    const rate = (await load.ask({ ...base, milliseconds: MILLISECONDS })).perSecond / 2;
    const calm = await load.ask({ ...base, milliseconds: LATENCY_MILLISECONDS, rate });
    const refreshing = fill(api, profiles, (at) => (at % 100 === 0 ? 4 + round : 3));
    const busy = await load.ask({ ...base, milliseconds: LATENCY_MILLISECONDS, rate });
    await refreshing;
    const control = await load.ask({
      ...base,
      port: constant.port,
      milliseconds: LATENCY_MILLISECONDS,
      rate,
    });
    rounds.push({ rate, calm, busy, constant: control });
  }
  const medianOf = (read: (round: (typeof rounds)[number]) => number): number => median(rounds.map(read));
  const calmP99 = median(rounds.flatMap(({ calm }) => calm.windows));
  const busyP99 = median(rounds.flatMap(({ busy }) => busy.windows));
  report({
    bench: 'profile-api, p99 at half load',
    ratio: calmP99 / 5,
    goal: 1,
    ours: calmP99,
    theirs: 5,
    unit: 'ms',
    size,
    rate: medianOf(({ rate }) => rate),
    p50: medianOf(({ calm }) => calm.p50),
    whole: rounds.map(({ calm }) => calm.p99),
    constant: rounds.map(({ constant: { p99 } }) => p99),
    errors: rounds.reduce((sum, { calm }) => sum + calm.errors, 0),
  });
  report({
    bench: 'profile-api, p99 while profiles are read anew',
    ratio: busyP99 / calmP99,
    goal: 3,
    ours: busyP99,
    theirs: calmP99,
    unit: 'ms',
    size,
    p50: medianOf(({ busy }) => busy.p50),
    whole: rounds.map(({ busy }) => busy.p99),
    errors: rounds.reduce((sum, { busy }) => sum + busy.errors, 0),
  });
}

async function comparePostgres(): Promise<void> {
  const found = await findPostgres();
  if ('missing' in found) {
    console.log(JSON.stringify({ bench: 'profile-api, PostgreSQL', left: found.missing }));
    return;
  }
  const server = await startPostgres(found);
  try {
    await server.sql('CREATE TABLE profiles (customer_id text PRIMARY KEY, as_of timestamptz, basics text)');
    for (let from = 0; from < profiles; from += 5_000) {
      const rows = Array.from({ length: Math.min(5_000, profiles - from) }, (_, index) => from + index);
      const values = rows.map((at) => `('${idOf(at)}', '2026-11-01Z', '${documentOf(at, 3)}')`);
      await server.sql(`INSERT INTO profiles VALUES ${values.join(', ')}`);
    }
    await server.sql('ANALYZE profiles');
    const { host, port, database, user, password } = server;
    const settings = {
      host,
      port,
      database,
      user,
      schema: 'public',
      table: 'profiles',
      filledBy: 'sync',
      encryption: 'off',
    };
    const api = await openBenchApi(token, { store: { kind: 'postgres', settings }, secrets: { password } });
    const paths = pathsOf(profiles, 'uniform');
    const lookups = fork(fileURLToPath(new URL('support/lookup-entry.ts', import.meta.url)));
    const ours: number[] = [];
    const theirs: number[] = [];
    let errors = 0;
    for (let round = 0; round < POSTGRES_ROUNDS; round += 1) {
      const request: LookupRequest = {
        address: { host, port, database, user, password },
        ids: paths.map((path) => path.slice('/v1/profiles/'.length)),
        connections: CONNECTIONS,
        milliseconds: MILLISECONDS,
      };
      lookups.send(request);
      const [perSecond] = (await once(lookups, 'message')) as [number];
      theirs.push(perSecond);
      const result = await load.ask({
        port: api.port,
        paths,
        token,
        connections: CONNECTIONS,
        milliseconds: MILLISECONDS,
      });
      errors += result.errors;
      ours.push(result.perSecond);
    }
    lookups.kill();
    await api.stop();
    report({
      bench: 'profile-api, PostgreSQL',
      ratio: ratioOf(theirs, ours),
      goal: 1 / 0.5,
      ours: median(ours),
      theirs: median(theirs),
      unit: 'requests/s',
      size,
      profiles,
      errors,
    });
  } finally {
    await server.remove();
  }
}
