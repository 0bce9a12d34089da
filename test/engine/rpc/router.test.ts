import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createORPCClient, safe } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Contract } from '../../../electron/contract/contract.ts';
import { AppErrorShape } from '../../../electron/domain/app-error.ts';
import { serveEngine } from '../../../electron/engine.ts';
import { useEngine } from '../../support/engine.ts';

const test = useEngine();
const channel = new MessageChannel();
const client: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ port: channel.port1 }));

beforeAll(() => {
  serveEngine(channel.port2, test.engine());
  channel.port1.start();
  channel.port2.start();
});
afterAll(() => {
  channel.port1.close();
});

/** The AppError that a call fails with, as it crossed. */
async function shapeOf(call: Promise<unknown>): Promise<AppErrorShape> {
  const { error } = await safe(call);
  expect(error).toMatchObject({ code: 'APP_ERROR', defined: true });
  return AppErrorShape.parse(error !== null && 'data' in error ? error.data : undefined);
}
const all = { kind: 'all', rules: [] } as { kind: 'all'; rules: [] };

describe('the engine behind a message port', () => {
  it('answers with the status of the app', async () => {
    expect(await client.app.status({})).toEqual({
      version: '0.0.0',
      home: test.home,
      keychain: 'session',
      notices: [],
    });
    expect((await client.connections.kinds({})).map((each) => each.kind)).toEqual([
      'sample',
      'databricks',
      'duckdb',
    ]);
  });

  it('carries failures as one typed error with the next act', async () => {
    const missing = await shapeOf(client.model.readiness({ connectionId: 'nowhere' }));
    expect(missing).toMatchObject({ code: 'NOT_FOUND', message: 'The connection “nowhere” does not exist.' });
    const failed = await shapeOf(
      client.connections.save({ label: 'Files', kind: 'duckdb', settings: {}, secrets: {} }),
    );
    expect(failed).toMatchObject({ code: 'SETTINGS_INVALID', where: 'path' });
  });

  it('refuses input that does not fit the contract, naming the value', async () => {
    const shape = await shapeOf(client.catalog.search({ connectionId: 'Not an id', text: '', limit: 10 }));
    expect(shape).toMatchObject({ code: 'VALUE_INVALID', where: 'connectionId' });
  });

  it('streams the progress of an export and its run', async () => {
    await client.connections.addSample({});
    await client.audiences.save({ connectionId: 'sample', name: 'Everybody', rule: all, columns: [] });
    const target = { connectionId: 'sample', audienceId: 'everybody', columns: [] as [] };
    const path = join(test.folder, 'everybody.csv');
    const kinds: string[] = [];
    for await (const event of await client.exports.run({ ...target, path, format: 'csv' })) {
      kinds.push(event.kind);
      if (event.kind === 'done') expect(event.result).toMatchObject({ status: 'succeeded', rows: 2_500 });
    }
    expect(kinds.at(0)).toBe('progress');
    expect(kinds.at(-1)).toBe('done');
    expect(existsSync(path)).toBe(true);
    const again = await client.exports.run({ ...target, path, format: 'csv' });
    const shape = await shapeOf(Promise.resolve(again).then((events) => events.next()));
    expect(shape.code).toBe('TARGET_UNWRITABLE');
  });

  it('cancels an export whose reader leaves or whose call is aborted', async () => {
    const target = {
      connectionId: 'sample',
      audienceId: 'everybody',
      columns: [] as [],
      format: 'csv' as const,
    };
    const before = readdirSync(test.folder);
    for await (const event of await client.exports.run({ ...target, path: join(test.folder, 'left.csv') })) {
      expect(event.kind).toBe('progress');
      break;
    }
    const abort = new AbortController();
    const call = client.exports.run(
      { ...target, path: join(test.folder, 'aborted.csv') },
      { signal: abort.signal },
    );
    const events = await call;
    await events.next();
    abort.abort();
    await expect(events.next()).rejects.toThrow();
    await expect
      .poll(async () => (await client.runs.list({ limit: 2 })).map((run) => run.status))
      .toEqual(['cancelled', 'cancelled']);
    expect(readdirSync(test.folder)).toEqual(before);
  });

  it('walks the steps of a connection test', async () => {
    const steps: string[] = [];
    for await (const event of await client.connections.test({ kind: 'sample', settings: {}, secrets: {} })) {
      steps.push(event.kind === 'step' ? `${event.id} ${event.status}` : event.kind);
    }
    expect(steps.at(0)).toBe('open running');
    expect(steps.at(-1)).toBe('done');
  });

  it('answers every read of the contract over the sample', async () => {
    const connectionId = 'sample';
    const { schemas } = await client.catalog.schemas({ connectionId });
    expect(schemas[0]).toMatchObject({ catalog: 'main', schema: 'retail' });
    const [table] = await client.catalog.tables({ connectionId, catalog: 'main', schema: 'retail' });
    const path = table!.path;
    expect((await client.catalog.table({ connectionId, path })).columns.length).toBe(table!.columns);
    expect((await client.catalog.countRows({ connectionId, path })).rows).toBeGreaterThan(0);
    expect(await client.catalog.search({ connectionId, text: 'house' })).not.toEqual([]);
    const { model } = await client.model.get({ connectionId });
    const { table: customers, idColumn } = model!.customer;
    expect(
      (await client.model.suggest({ connectionId, table: customers, idColumn })).entities.length,
    ).toBeGreaterThan(2);
    expect((await client.model.save({ connectionId, model: model! })).problems).toEqual([]);
    expect((await client.model.readiness({ connectionId })).ready).toBe(true);
    expect((await client.model.viewSql({ connectionId })).sql).toContain('customer_id');
    expect((await client.audiences.histogram({ connectionId, rules: [all] })).total).toBe(2_500);
    expect(
      (await client.audiences.preview({ connectionId, rule: all, columns: [], limit: 3 })).rows,
    ).toHaveLength(3);
    expect((await client.audiences.sql({ connectionId, rule: all, columns: [] })).text).toContain('SELECT');
    expect(
      await client.audiences.columnValues({ connectionId, entity: 'transactions', column: 'category' }),
    ).toContain('bread');
    const { text } = await client.workspace.export({});
    expect(await client.workspace.import({ text, checkOnly: true })).toEqual({
      connections: 1,
      audiences: 1,
      problems: [],
    });
    const [run] = await client.runs.list({ limit: 1 });
    expect(await client.runs.get({ id: run!.id })).toEqual(run);
  });
});
