import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ApiSettings } from '../../../electron/profile-api/api-settings.ts';
import { digestOf } from '../../../electron/profile-api/api-keys.ts';
import { openInThread } from '../../../electron/profile-api/open-thread.ts';
import type { ApiRequest, RunningApi } from '../../../electron/profile-api/running-api.ts';
import { writePaced } from '../../../electron/profile-api/write-paced.ts';
import type { LoadRequest, LoadResult } from './load-entry.ts';

const ATTRIBUTES = 20;
const ROWS = 200;
const entry = (name: string): URL => new URL(name, import.meta.url);

/** The ids are spread over numbers, as keys of a lakehouse are. */
export function idOf(at: number): string {
  return String((at * 2_654_435_761) % 4_294_967_296);
}

/** A document of 20 attributes and three audiences; `version` makes it another. */
export function documentOf(at: number, version: number): string {
  let text = '{"attributes":{';
  for (let index = 0; index < ATTRIBUTES; index += 1)
    text += `${index === 0 ? '' : ','}"attribute_${index}":"v${(at * 7 + index * version) % 100_000}"`;
  return `${text}},"audiences":["high-bread","moderate-soft-drinks","emailable"]}`;
}

/** Opens an API in a thread, as the app does, with one key of this token. */
export function openBenchApi(
  token: string,
  store: Pick<ApiRequest, 'store' | 'secrets'>,
): Promise<RunningApi> {
  const settings: ApiSettings = {
    port: 0,
    parts: [
      {
        id: 'basics',
        name: 'Basics',
        attributes: Array.from({ length: ATTRIBUTES }, (_, index) => ({
          name: `attribute_${index}`,
          type: 'string',
        })),
        audiences: ['high-bread', 'moderate-soft-drinks', 'emailable'].map((id) => ({ id, name: id })),
      },
    ],
    identifiers: [],
    keys: [
      {
        id: 'bench',
        name: 'Bench',
        sha256: digestOf(token),
        parts: ['basics'],
        createdAt: '2026-01-01T00:00:00.000Z',
      },
    ],
    origins: [],
    requestsPerSecond: 1_000_000,
    version: '0.0.0',
  };
  const open = openInThread(new URL('../../../electron/profile-api/thread-entry.ts', import.meta.url));
  return open({ settings, ...store }, (error) => {
    throw error;
  });
}

/** Fills the part as the app does, paced where it is told meanwhile. `versionOf` says which document each customer has. */
export async function fill(
  api: RunningApi,
  profiles: number,
  versionOf: (at: number) => number,
): Promise<void> {
  const isTold = (await api.state()).parts[0]?.asOf !== undefined;
  const intake = await api.begin({ part: 0, identifiers: [] });
  for (let from = 0; from < profiles; from += ROWS) {
    const all = Array.from({ length: Math.min(ROWS, profiles - from) }, (_, index) => from + index);
    const rows = { ids: all.map(idOf), documents: all.map((at) => documentOf(at, versionOf(at))) };
    await (isTold ? writePaced(intake, rows) : intake.write(rows));
  }
  await intake.commit('2026-11-01T00:00:00.000Z');
}

/** Starts a server that answers every request with one text. @returns its port, and how to end it */
export async function startConstant(body: string): Promise<{ port: number; stop: () => Promise<unknown> }> {
  const worker = new Worker(entry('constant-entry.ts'), { workerData: body });
  const [port] = (await once(worker, 'message')) as [number];
  return { port, stop: () => worker.terminate() };
}

/** A process that makes load, one after the other. */
export function startLoad(): { ask: (request: LoadRequest) => Promise<LoadResult>; stop: () => void } {
  const child = fork(fileURLToPath(entry('load-entry.ts')));
  return {
    async ask(request) {
      child.send(request);
      const [result] = (await once(child, 'message')) as [LoadResult];
      return result;
    },
    stop: () => void child.kill(),
  };
}

/** Paths of customers: each as likely as the others, or by Zipf’s law with exponent 1, where few are asked for most. */
export function pathsOf(profiles: number, law: 'uniform' | 'zipf', count = 20_000): string[] {
  const harmonic = Math.log(profiles) + 0.5772;
  let seed = 42;
  const random = (): number => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return seed / 4_294_967_296;
  };
  return Array.from({ length: count }, () => {
    const at =
      law === 'uniform'
        ? Math.floor(random() * profiles)
        : Math.min(profiles - 1, Math.floor(Math.exp(random() * harmonic)) - 1);
    return `/v1/profiles/${idOf(Math.max(0, at))}`;
  });
}
