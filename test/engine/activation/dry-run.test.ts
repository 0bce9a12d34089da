import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ActivationForm } from '../../../electron/contract/contract.ts';
import { createSchedules } from '../../../electron/services/schedules.ts';
import type { ServiceContext, Services } from '../../../electron/services/index.ts';
import { failureOf, useEngine } from '../../support/engine.ts';
import { SAMPLE, addActivation, addDestination, importSeed, runToEnd } from '../../support/seed-engine.ts';
import { type WebhookReceiver, startWebhook } from '../../support/vendors/webhook.ts';

const engine = useEngine();
let receiver: WebhookReceiver;
let services: Services;

beforeAll(async () => {
  receiver = await startWebhook({});
});
afterAll(() => receiver.close());

beforeEach(async () => {
  ({ services } = engine.engine());
  importSeed(services);
  await addDestination(services, 'Hook', 'webhook', {
    settings: { url: receiver.url },
    secrets: { signingSecret: receiver.secret },
  });
});

const email = { kind: 'attribute', entity: 'customer', column: 'email' } as const;
const form: ActivationForm = {
  name: 'Bundle',
  audience: 'bundle-target',
  destination: 'hook',
  mode: 'mirror',
  target: {},
  guards: { maxRejected: 1, maxChange: 0.3 },
  consent: { entity: 'customer', column: 'email_consent' },
  fields: [
    { to: 'id', from: { kind: 'customer-id' }, form: 'vendor' },
    { to: 'email', from: email, form: 'vendor' },
    { to: 'city', from: { kind: 'attribute', entity: 'customer', column: 'city' }, form: 'vendor' },
  ],
};

describe('a dry run', () => {
  it('says what a run would do, then the run does it; the receiver hears of the run only', async () => {
    const found = await services.dryRuns.dryRun(SAMPLE, form, {});
    expect(receiver.deliveries).toEqual([]);
    expect(found.members + found.withoutConsent).toBe(249);
    expect(found).toMatchObject({ adds: found.members, removes: 0, unchanged: 0, batches: 1 });
    expect(found.sql.text).toContain('"households"');
    const saved = services.activations.save(SAMPLE, form).activation;
    const run = await runToEnd(services, saved.id);
    const { members, adds, removes, unchanged } = found;
    expect(run.counts).toMatchObject({ members, adds, removes, unchanged, taken: adds });
    const again = await services.dryRuns.dryRun(SAMPLE, { ...form, id: saved.id }, {});
    expect(again).toMatchObject({ members, adds: 0, removes: 0, unchanged: members });
    const without = { ...form, id: saved.id, consent: { entity: 'customer', column: 'ads_consent' } };
    const other = await services.dryRuns.dryRun(SAMPLE, without, {});
    expect(other.adds).toBeGreaterThan(0);
    expect(other.removes).toBeGreaterThan(0);
    expect(other.members).toBe(other.adds + other.unchanged);
    expect(receiver.deliveries).toHaveLength(1);
  });

  it('shows the first rows masked, and what cannot be sent with its reason', async () => {
    const { payload, rejected, problems } = await services.dryRuns.dryRun(
      SAMPLE,
      { ...form, consent: undefined },
      {},
    );
    expect(payload.columns).toEqual(['id', 'email', 'city']);
    expect(payload.rows).toHaveLength(10);
    for (const cell of payload.rows.flat()) expect(cell ?? '•••').toMatch(/^.{0,2}•••$/u);
    // A webhook has no identifiers of its own: nothing is rejected, and what is empty is warned of.
    expect(rejected).toEqual([]);
    expect(problems.map(({ where }) => where)).toContain('fields[1].from');
  });

  it('refuses what cannot run before any query', async () => {
    const failure = await failureOf(() =>
      services.dryRuns.dryRun(SAMPLE, { ...form, audience: 'nobody' }, {}),
    );
    expect(failure).toMatchObject({ code: 'RULE_INVALID', where: 'audience' });
  });

  it('leaves no table in the writable schema', async () => {
    await services.dryRuns.dryRun(SAMPLE, form, {});
    const { DuckDBInstance } = await import('@duckdb/node-api');
    await engine.restart();
    const state = join(engine.home, 'sample', 'state-small.duckdb');
    const instance = await DuckDBInstance.create(state, { access_mode: 'READ_ONLY' });
    const connection = await instance.connect();
    const tables = (await connection.runAndReadAll('SELECT table_name FROM duckdb_tables()'))
      .getRows()
      .flat()
      .map(String);
    connection.closeSync();
    instance.closeSync();
    expect(tables.filter((name) => /_(rows|members|left)_/.test(name))).toEqual([]);
  });
});

describe('definitions of activations', () => {
  it('keep a destination that is used, and a name once', async () => {
    const { id } = addActivation(services, 'hook', 'emailable', { mode: 'add', fields: form.fields });
    const inUse = await failureOf(() => services.destinations.remove('hook'));
    expect(inUse).toMatchObject({ code: 'IN_USE' });
    expect(inUse.message).toContain('emailable to hook');
    const taken = await failureOf(() =>
      services.activations.save(SAMPLE, { ...form, name: 'EMAILABLE to hook' }),
    );
    expect(taken).toMatchObject({ code: 'NAME_TAKEN', where: 'name' });
    services.activations.remove(SAMPLE, id);
    await services.destinations.remove('hook');
    expect(await services.destinations.list()).toEqual([]);
  });

  it('show their problems, their last run and when they run next', async () => {
    const schedule = { cron: '0 6 * * *', timeZone: 'Europe/Berlin' };
    const { id } = addActivation(services, 'hook', 'emailable', {
      mode: 'add',
      fields: form.fields,
      schedule,
    });
    const run = await runToEnd(services, id);
    const [summary] = services.activations.list(SAMPLE);
    expect(summary).toMatchObject({
      audienceName: 'Emailable',
      destinationLabel: 'Hook',
      lastRun: { id: run.id },
    });
    expect(summary?.nextRun).toMatch(/T0[45]:00:00\.000Z$/);
    const broken = services.activations.check(SAMPLE, {
      ...form,
      schedule: { cron: '* * * * *', timeZone: 'UTC' },
    });
    expect(broken.problems.map(({ where }) => where)).toEqual(['schedule']);
  });
});

describe('a schedule', () => {
  it('starts what came since the last look, once, and not while a run is not over', async () => {
    const schedule = { cron: '*/10 * * * *', timeZone: 'UTC' };
    const { id } = addActivation(services, 'hook', 'bundle-target', {
      mode: 'add',
      fields: form.fields,
      schedule,
    });
    const clock = { now: '2026-11-01T10:01:00.000Z' };
    const store: ServiceContext['store'] = storeOf(services, id);
    const started: string[] = [];
    const schedules = createSchedules(
      { store, clock: () => clock.now } as ServiceContext,
      {
        ...services.activationRuns,
        start: (connectionId, activationId, more) => {
          started.push(activationId);
          return services.activationRuns.start(connectionId, activationId, more);
        },
      },
      services.journeyTicks,
    );
    expect(schedules.look()).toEqual([]);
    clock.now = '2026-11-01T10:09:59.000Z';
    expect(schedules.look()).toEqual([]);
    // The computer slept through three of them.
    clock.now = '2026-11-01T10:45:00.000Z';
    const runs = schedules.look();
    expect(started).toEqual([id]);
    expect(schedules.look()).toEqual([]);
    clock.now = '2026-11-01T10:50:00.000Z';
    expect(schedules.look()).toEqual([]);
    const [run] = await Promise.all(runs.map((each) => services.activationRuns.wait(each)));
    expect(run).toMatchObject({ status: 'succeeded', startedFrom: 'schedule' });
  });
});

/** The definitions of the engine, without its runs: the schedules' own view. */
function storeOf({ activations }: Services, id: string): ServiceContext['store'] {
  const store: Partial<ServiceContext['store']> = {
    listConnections: () => [{ id: SAMPLE, label: 'Sample lakehouse', kind: 'sample', settings: {} }],
    listActivations: () =>
      activations
        .list(SAMPLE)
        .map(({ activation }) => activation)
        .filter((each) => each.id === id),
    listRunsOf: () => [],
    listJourneys: () => [],
  };
  return store as ServiceContext['store'];
}

describe('the egress ledger', () => {
  it('is written to a file, one entry a line, and holds no value of a row', async () => {
    const { id } = addActivation(services, 'hook', 'emailable', {
      mode: 'add',
      fields: form.fields,
      consent: undefined,
    });
    await runToEnd(services, id);
    const path = join(engine.folder, 'ledger.jsonl');
    const { entries } = await services.ledger.export(path, true);
    const text = readFileSync(path, 'utf8');
    expect(text.trimEnd().split('\n')).toHaveLength(entries);
    expect(services.ledger.verify()).toMatchObject({ entries });
    expect(text).not.toContain('@example');
    const last = services.ledger.list(undefined, 1)[0]?.entry;
    expect(last).toMatchObject({
      what: 'batch',
      destination: 'Hook (webhook)',
      columns: ['id', 'email', 'city'],
      rows: 1420,
    });
  });
});
