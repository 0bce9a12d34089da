import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as api from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { openLockedInstance } from '../../electron/warehouses/duckdb-instance.ts';

it('a statement that needs more memory than there is spills to disk encrypted, and what it spilled goes with it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spill-'));
  await mkdir(join(folder, '999999999-1'));
  const { instance, connections } = await openLockedInstance(api, {
    spillFolder: folder,
    connections: 1,
    memoryMiB: 100,
    attach: async () => undefined,
  });
  const [connection] = connections;
  let isRunning = true;
  const sorted = connection!
    .run(
      `SELECT count(*) FROM (
        SELECT row_number() OVER (ORDER BY secret) AS place, secret
        FROM (SELECT 'canary-4711-' || md5(CAST(range AS VARCHAR)) AS secret FROM range(1500000))
      ) WHERE place > 10 AND secret > 'a'`,
    )
    .finally(() => {
      isRunning = false;
    });
  const spilled = new Set<string>();
  let isReadable = false;
  while (isRunning) {
    for (const path of await listFiles(folder)) {
      spilled.add(path);
      // A file may go while it is looked at.
      const content = await readFile(path).catch(() => Buffer.alloc(0));
      isReadable ||= content.includes('canary-4711');
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await sorted;
  connection!.closeSync();
  instance.closeSync();
  expect(spilled.size).toBeGreaterThan(0);
  expect(isReadable).toBe(false);
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
