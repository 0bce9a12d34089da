import { fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BIGINT, TEXT } from '../../../electron/domain/column-type.ts';
import type { Workspace } from '../../../electron/domain/workspace.ts';
import { loadDriver } from '../../../electron/warehouses/duckdb-read.ts';
import { cacheFolder, fillOnce } from '../../support/cache.ts';

/** A DuckDB file with so many people: an id and an e-mail address each. Made once. */
export async function makePeople(rows: number): Promise<string> {
  const folder = await fillOnce(
    cacheFolder('bench'),
    `people-${rows}-v1`,
    `Making ${rows} people (once)…`,
    async (target) => {
      const { api } = await loadDriver();
      const instance = await api.DuckDBInstance.create(join(target, 'people.duckdb'));
      const connection = await instance.connect();
      await connection.run(
        `CREATE TABLE people AS SELECT 7000000000 + i AS id, i AS number, 'person' || i || '@example.com' AS email FROM range(${rows}) AS numbers(i)`,
      );
      connection.closeSync();
      instance.closeSync();
    },
  );
  return join(folder, 'people.duckdb');
}

/** A workspace over these people: the audience of the first so many, for each of `sizes`, sent to a webhook and to a folder. */
export function writeWorkspace(
  file: string,
  { stateFile, url, folder }: { readonly stateFile: string; readonly url: string; readonly folder: string },
  sizes: readonly number[],
): Workspace {
  const email = { kind: 'attribute', entity: 'customer', column: 'email' } as const;
  const fields = (form: 'as-is' | 'sha256') => [
    { to: 'customer_id', from: { kind: 'customer-id' as const }, form: 'as-is' as const },
    { to: 'email', from: email, form },
  ];
  const guards = { maxRejected: 1, maxChange: 100 };
  return {
    version: 1,
    connections: [{ id: 'people', label: 'People', kind: 'duckdb', settings: { path: file, stateFile } }],
    destinations: [
      { id: 'hook', label: 'Hook', kind: 'webhook', settings: { url, batchRows: 5_000 } },
      { id: 'folder', label: 'Folder', kind: 'file', settings: { folder } },
    ],
    models: [
      {
        connection: 'people',
        customer: {
          label: 'Person',
          table: { catalog: 'people', schema: 'main', table: 'people' },
          idColumn: 'id',
          attributes: [
            { column: 'id', label: 'Id', type: BIGINT, pii: 'customer-id' },
            { column: 'number', label: 'Number', type: BIGINT },
            { column: 'email', label: 'E-mail', type: TEXT, pii: 'email' },
          ],
        },
        entities: [],
        traits: [],
        audiences: sizes.map((size) => ({
          id: `first-${size}`,
          name: `First ${size}`,
          rule: {
            kind: 'condition',
            condition: {
              kind: 'attribute',
              entity: 'customer',
              column: 'number',
              test: { op: 'less-than', value: size },
            },
          },
          columns: [],
        })),
        journeys: [],
        activations: sizes.flatMap((size) => [
          {
            id: `hook-${size}`,
            name: `Hook ${size}`,
            audience: `first-${size}`,
            destination: 'hook',
            mode: 'add',
            fields: fields('as-is'),
            target: {},
            guards,
          },
          {
            id: `file-${size}`,
            name: `File ${size}`,
            audience: `first-${size}`,
            destination: 'folder',
            mode: 'replace',
            fields: fields('sha256'),
            target: { fileName: '{activation}' },
            guards,
          },
        ]),
      },
    ],
  };
}

/** Starts the receiver. @returns its address, and how to end it */
export async function startNullReceiver(): Promise<{ url: string; stop: () => void }> {
  const path = fileURLToPath(new URL('null-receiver.ts', import.meta.url));
  const child = fork(path, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const port = await new Promise<string>((resolve) => {
    child.stdout?.once('data', (text: Buffer) => resolve(text.toString().trim()));
  });
  return { url: `http://127.0.0.1:${port}/`, stop: () => child.disconnect() };
}

/** Makes a folder and returns it. */
export function makeFolder(...parts: readonly string[]): string {
  const folder = join(...parts);
  mkdirSync(folder, { recursive: true });
  return folder;
}
