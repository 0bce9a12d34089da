import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { ActivationForm } from '../../electron/contract/contract.ts';
import type { Test } from '../../electron/domain/rule.ts';
import { useEngine } from '../support/engine.ts';
import { connectLakehouse } from '../support/lakehouse/lakehouse.ts';
import { type WebhookReceiver, startWebhook } from '../support/vendors/webhook.ts';
import { openDriver } from './support/driver.ts';
import { saveLakehouse } from './support/save-lakehouse.ts';

const lakehouse = connectLakehouse(inject('lakehouse'));
const engine = useEngine();
const SCHEMA = 'slipway_activation';
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await startWebhook({ reject: ([id]) => (id === '7000000037' ? 'not_wanted' : undefined) });
  await using driver = await openDriver(lakehouse, lakehouse.tokens.owner);
  await driver.rows(`CREATE SCHEMA IF NOT EXISTS spark_catalog.${SCHEMA}`);
});
afterAll(() => receiver.close());

/** Who is at the receiver, by what it was sent. */
function present(): Map<string, string> {
  const held = new Map<string, string>();
  for (const { op, rows } of receiver.deliveries) {
    for (const [id, email] of rows) {
      if (op === 'remove') held.delete(String(id));
      else if (id !== '7000000037') held.set(String(id), String(email));
    }
  }
  return held;
}

it('mirrors an audience from tables in the granted schema, with what a run rejected tried again alone', async () => {
  const { services } = engine.engine();
  const connectionId = await saveLakehouse(services, lakehouse, { stateSchema: `spark_catalog.${SCHEMA}` });
  const save = (test: Test): string =>
    services.audiences.save(connectionId, {
      id: services.audiences.list(connectionId)[0]?.audience.id,
      name: 'Named',
      rule: {
        kind: 'condition',
        condition: { kind: 'attribute', entity: 'customer', column: 'household_key', test },
      },
      columns: [],
    }).audience.id;
  const audience = save({ op: 'at-most', value: 7_000_007_400 });
  await services.destinations.save({
    label: 'Hook',
    kind: 'webhook',
    settings: { url: receiver.url, batchRows: 70 },
    secrets: { signingSecret: receiver.secret },
  });
  const form: ActivationForm = {
    name: 'Mirror',
    audience,
    destination: 'hook',
    mode: 'mirror',
    target: {},
    guards: { maxRejected: 1, maxChange: 10 },
    fields: [
      { to: 'id', from: { kind: 'customer-id' }, form: 'vendor' },
      { to: 'email', from: { kind: 'attribute', entity: 'customer', column: 'email' }, form: 'vendor' },
    ],
  };
  const { activation } = services.activations.save(connectionId, form);
  const run = async () => {
    const { id } = services.activationRuns.start(connectionId, activation.id, { startedFrom: 'app' });
    return services.activationRuns.wait(id);
  };
  const first = await run();
  expect(first).toMatchObject({
    status: 'incomplete',
    pin: 'table',
    counts: { members: 201, adds: 201, removes: 0, taken: 200, rejected: 1 },
  });
  expect(present().size).toBe(200);

  const retried = await services.activationRuns.wait(services.activationRuns.retryRejected(first.id).id);
  expect(retried.counts).toMatchObject({ members: 1, adds: 1, rejected: 1 });

  save({ op: 'between', low: 7_000_003_700, high: 7_000_009_250 });
  const second = await run();
  expect(second.counts).toMatchObject({ members: 151, adds: 50, removes: 99, unchanged: 101, taken: 149 });
  expect(present().size).toBe(151);
  expect([...present().keys()].every((id) => Number(id) >= 7_000_003_700)).toBe(true);

  await using driver = await openDriver(lakehouse, lakehouse.tokens.owner);
  const tables = await driver.rows(`SHOW TABLES IN spark_catalog.${SCHEMA}`);
  expect(JSON.stringify(tables)).not.toMatch(/slipway_(rows|members|left)_/);
  // Some eighty statements, most of which make or change a Delta table.
}, 300_000);
