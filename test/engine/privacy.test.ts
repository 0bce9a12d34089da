import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Rule } from '../../electron/domain/rule.ts';
import { failureOf, useEngine } from '../support/engine.ts';
import { changeDatabase, shopModel } from '../support/shop.ts';
import { startWebhook } from '../support/vendors/webhook.ts';

/** Values that stand in customers' rows and nowhere else. */
const CANARIES = ['canary-mail-4417@example.com', 'Canarytown-8832', '90071992547', 'canary-note-1205'];

const test = useEngine();
const file = join(test.folder, 'shop.duckdb');

beforeAll(async () => {
  const [email = '', city = '', id = '', note = ''] = CANARIES;
  await changeDatabase(
    file,
    `CREATE TABLE customers (id BIGINT, email VARCHAR, vip BOOLEAN, city VARCHAR)`,
    `INSERT INTO customers SELECT ${id} + range, '${email}', range % 2 = 0, '${city}' FROM range(500)`,
    `CREATE TABLE orders (order_id BIGINT, id BIGINT, amount DECIMAL(10,2), ordered_at TIMESTAMP, note VARCHAR)`,
    `INSERT INTO orders SELECT range, ${id} + range % 700, 10, '2026-01-01', '${note}' FROM range(2000)`,
  );
});

function filesWithCanaries(): string[] {
  const files = readdirSync(test.home, { recursive: true, encoding: 'utf8' })
    .map((name) => join(test.home, name))
    .filter((path) => statSync(path).isFile());
  expect(files.length).toBeGreaterThan(0);
  return files.filter((path) => {
    const bytes = readFileSync(path);
    return CANARIES.some((canary) => bytes.includes(canary));
  });
}

it('keeps nothing of a customer on disk, whatever was done', async () => {
  const { connections, catalog, models, audiences, members, exports, workspaces, runs } =
    test.engine().services;
  await connections.save({ label: 'Shop', kind: 'duckdb', settings: { path: file }, secrets: {} });
  await catalog.refresh('shop', {});
  const orders = { catalog: 'shop', schema: 'main', table: 'orders' };
  await catalog.countRows('shop', orders, {});
  models.suggest('shop', { ...orders, table: 'customers' }, 'id');
  models.save('shop', shopModel());
  await models.readiness('shop', {});
  const rule: Rule = {
    kind: 'condition',
    condition: { kind: 'attribute', entity: 'customer', column: 'vip', test: { op: 'is-true' } },
  };
  const columns = ['email', 'city'].map(
    (column) => ({ kind: 'attribute', entity: 'customer', column }) as const,
  );
  audiences.save('shop', { name: 'VIPs', rule, columns });
  await members.histogram('shop', [rule], {});
  const shown = await members.preview('shop', { rule, columns, unmasked: true, limit: 100 }, {});
  expect(JSON.stringify(shown)).toContain(CANARIES[0]);
  await members.columnValues('shop', 'customer', 'city', {});
  for (const format of ['csv', 'jsonl', 'parquet'] as const) {
    const path = join(test.folder, `vips.${format}`);
    await exports.run(
      { connectionId: 'shop', audienceId: 'vips', path, format, columns, overwrite: false },
      {},
    );
  }
  const cancel = new AbortController();
  const stopped = {
    connectionId: 'shop',
    audienceId: 'vips',
    path: join(test.folder, 'no.csv'),
    format: 'csv',
    columns,
    overwrite: false,
  } as const;
  await failureOf(() => exports.run(stopped, { signal: cancel.signal, onProgress: () => cancel.abort() }));
  const { text } = workspaces.export();
  workspaces.import(text, false);
  expect(JSON.stringify(runs.list(10))).not.toContain('canary');
  // The journal beside the store holds what was written last.
  expect(filesWithCanaries()).toEqual([]);
  await test.restart();
  expect(filesWithCanaries()).toEqual([]);
});

it('keeps nothing of a customer on disk while the Profile API tells of them, and after', async () => {
  const { profileApis, customers } = test.engine().services;
  const [email = '', , id = ''] = CANARIES;
  const { form } = await profileApis.view('shop');
  const columns = ['email', 'city'].map(
    (column) => ({ kind: 'attribute', entity: 'customer', column }) as const,
  );
  const parts = [{ id: 'all', name: 'All', columns, audiences: ['vips'] }];
  const identifiers = [
    { name: 'email', entity: 'customer', column: 'email', form: 'as-is' as const },
    { name: 'email_sha256', entity: 'customer', column: 'email', form: 'sha256' as const },
  ];
  await profileApis.save('shop', { form: { ...form, port: 0, parts, identifiers }, secrets: {} });
  const { token } = await profileApis.addKey('shop', { name: 'Shop', parts: ['all'] });
  const { url = '' } = await profileApis.turnOn('shop');
  await profileApis.settled('shop');
  const ask = async (path: string): Promise<string> =>
    (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })).text();
  expect(await ask(`/v1/profiles/${id}1`)).not.toContain(email);
  const [known = ''] =
    (await ask(`/v1/profiles?identifier=email:${email}`)).match(/(?<="customerId":")\d+/) ?? [];
  expect(await ask(`/v1/profiles/${known}`)).toContain(email);
  await customers.lookUp('shop', { customerId: known, unmasked: true }, {});
  expect(await ask('/metrics')).not.toContain('canary');
  expect(filesWithCanaries()).toEqual([]);
  await profileApis.turnOff('shop');
  expect(JSON.stringify(profileApis.reads('shop'))).not.toContain('canary');
  expect(filesWithCanaries()).toEqual([]);
  await test.restart();
  expect(filesWithCanaries()).toEqual([]);
});

it('keeps nothing of a customer on disk beside the warehouse’s own state, whatever was sent, refused or broken off', async () => {
  const receiver = await startWebhook({ reject: ([, city]) => (city === null ? 'no_city' : undefined) });
  onTestFinished(() => receiver.close());
  const { services } = test.engine();
  const { connections, destinations, activations, activationRuns, dryRuns, runs, ledger } = services;
  // What was synced belongs to the warehouse: its file lies where the person said.
  const settings = { path: file, stateFile: join(test.folder, 'state.duckdb') };
  await connections.save({ id: 'shop', label: 'Shop', kind: 'duckdb', settings, secrets: {} });
  const secrets = { signingSecret: receiver.secret };
  await destinations.save({
    label: 'Hook',
    kind: 'webhook',
    settings: { url: receiver.url, batchRows: 50 },
    secrets,
  });
  const places = join(test.folder, 'out');
  mkdirSync(places);
  await destinations.save({ label: 'Folder', kind: 'file', settings: { folder: places }, secrets: {} });
  const column = (to: string) => ({
    to,
    from: { kind: 'attribute', entity: 'customer', column: to } as const,
    form: 'as-is' as const,
  });
  const form = {
    name: 'To the hook',
    audience: 'vips',
    destination: 'hook',
    mode: 'mirror' as const,
    fields: [column('email'), column('city')],
    target: {},
    guards: { maxRejected: 1, maxChange: 10 },
  };
  const hook = activations.save('shop', form).activation.id;
  const folder = activations.save('shop', {
    ...form,
    name: 'To the folder',
    destination: 'folder',
    mode: 'replace',
    target: { compression: 'gzip' },
  }).activation.id;
  const run = async (id: string) =>
    activationRuns.wait(activationRuns.start('shop', id, { startedFrom: 'app' }).id);

  expect((await dryRuns.dryRun('shop', form, {})).members).toBe(250);
  await activations.preview('shop', form, {});
  receiver.fail({ kind: 'unauthorized' });
  expect(await run(hook)).toMatchObject({ status: 'failed', error: { code: 'AUTH_FAILED' } });
  // The next run knows which batches of the failed one were taken.
  expect(await run(hook)).toMatchObject({ status: 'succeeded', counts: { members: 250, rejected: 0 } });
  expect(receiver.deliveries.flatMap(({ rows }) => rows)).toHaveLength(250);
  expect(await run(folder)).toMatchObject({ status: 'succeeded', files: [{ rows: 250 }] });
  expect(JSON.stringify(receiver.deliveries)).toContain(CANARIES[0]);
  const told = JSON.stringify([runs.list(10), ledger.list(undefined, 100)]);
  expect(told).not.toContain('canary');
  expect(told).not.toContain(receiver.secret);
  expect(filesWithCanaries()).toEqual([]);
  await test.restart();
  expect(filesWithCanaries()).toEqual([]);
});
