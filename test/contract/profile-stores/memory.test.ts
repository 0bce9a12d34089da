import { readdirSync, readlinkSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { FilledProfileStore } from '../../../electron/profile-api/profile-store.ts';
import { openMemoryStore as open } from '../../support/profile-api/stores.ts';
import { makeTemporaryFolder } from '../../support/temporary-folder.ts';
import { describeFilledStore } from './profile-store.contract.ts';

describeFilledStore('profiles in memory', {
  open: ({ parts, identifiers }) => open(parts, identifiers),
  histories: 150,
});

const ROWS = 20_000;
const AS_OF = '2026-11-01T06:00:00.000Z';

async function fill(store: FilledProfileStore, text: string): Promise<void> {
  const intake = await store.begin({ part: 0, identifiers: ['email'] });
  for (let from = 0; from < ROWS; from += 1_000) {
    const ids = Array.from({ length: 1_000 }, (_, at) => String(from + at));
    await intake.write({
      ids,
      documents: ids.map((id) => `{"attributes":{"a":"${text} ${id}"},"audiences":[]}`),
      identifiers: ids.map((id) => [`${text} ${id}`]),
    });
  }
  await intake.commit(AS_OF);
}

it('gives others their turn while a refresh is merged and while a part is emptied', async () => {
  const store = await open(['main'], ['email']);
  await fill(store, 'old');
  await fill(store, 'new');
  const merge = store.begin({ part: 0, identifiers: [] });
  const turnsOfMerge = await countTurns(merge);
  await (await merge).abort();
  const turnsOfForget = await countTurns(store.forget(0));
  await store.close();
  // A few hundred rows at most in each.
  expect(Math.min(turnsOfMerge, turnsOfForget)).toBeGreaterThanOrEqual(ROWS / 250);
});

it('has one version from one commit to the next, and shares none with another store', async () => {
  const [store, other] = [await open(['main'], ['email']), await open(['main'], ['email'])];
  const seen = [store.version(), other.version()];
  await fill(store, 'old');
  seen.push(store.version());
  const second = fill(store, 'new');
  await nextTurn();
  expect(store.version()).toBe(seen[2]);
  await second;
  seen.push(store.version());
  // Waits for the merge.
  await (await store.begin({ part: 0, identifiers: [] })).abort();
  expect(store.version()).toBe(seen[3]);
  await store.forget(0);
  seen.push(store.version());
  expect(new Set(seen).size).toBe(5);
  await Promise.all([store.close(), other.close()]);
});

it('finds many by the same value without sorting them all, in the order of their ids', async () => {
  const store = await open(['main'], ['email']);
  const ids = Array.from({ length: 5_000 }, (_, at) => String(at));
  const intake = await store.begin({ part: 0, identifiers: ['email'] });
  await intake.write({ ids, documents: ids.map(() => '{}'), identifiers: ids.map(() => ['of nobody']) });
  await intake.commit(AS_OF);
  expect(store.findIds('email', 'of nobody', 3)).toEqual(['0', '1', '10']);
  await store.close();
});

it('opens no file and leaves none, whatever it does', async () => {
  const folder = makeTemporaryFolder();
  const before = openFiles();
  const was = process.env['SQLITE_TMPDIR'];
  process.env['SQLITE_TMPDIR'] = folder;
  const store = await open(['main'], ['email']);
  await fill(store, 'old');
  await fill(store, 'new');
  const during = openFiles();
  await store.forget(0);
  await store.close();
  if (was === undefined) delete process.env['SQLITE_TMPDIR'];
  else process.env['SQLITE_TMPDIR'] = was;
  expect(during.filter((path) => !before.includes(path))).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});

async function countTurns(work: Promise<unknown>): Promise<number> {
  let isOver = false;
  let turns = 0;
  void work.finally(() => (isOver = true));
  while (!isOver) {
    await nextTurn();
    turns += 1;
  }
  return turns;
}

/** Paths of the files that this process has open, where the system tells. */
function openFiles(): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${name}`);
      return path.startsWith('/') && !path.startsWith('/proc/') ? [path] : [];
    } catch {
      // The descriptor of this very listing is closed already.
      return [];
    }
  });
}
