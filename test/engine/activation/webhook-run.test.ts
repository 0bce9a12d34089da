import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Services } from '../../../electron/services/index.ts';
import { useEngine } from '../../support/engine.ts';
import { addActivation, addDestination, importSeed, runToEnd } from '../../support/seed-engine.ts';
import { type WebhookReceiver, startWebhook } from '../../support/vendors/webhook.ts';

const engine = useEngine();
let receiver: WebhookReceiver;
let services: Services;

beforeAll(async () => {
  receiver = await startWebhook({});
  ({ services } = engine.engine());
  importSeed(services);
  await addDestination(services, 'Hook', 'webhook', {
    settings: { url: receiver.url },
    secrets: { signingSecret: receiver.secret },
  });
});
afterAll(() => receiver.close());

describe('a run to a webhook', () => {
  it('adds the members once, then nothing, and says what happened', async () => {
    const activation = addActivation(services, 'hook', 'bundle-target', {
      mode: 'mirror',
      fields: [
        { to: 'id', from: { kind: 'customer-id' }, form: 'vendor' },
        { to: 'email', from: { kind: 'attribute', entity: 'customer', column: 'email' }, form: 'vendor' },
      ],
    });
    const first = await runToEnd(services, activation.id);
    expect(first).toMatchObject({
      status: 'succeeded',
      counts: { members: 249, adds: 249, removes: 0, unchanged: 0, taken: 249, rejected: 0, unknown: 0 },
    });
    expect(receiver.deliveries.flatMap(({ rows }) => rows)).toHaveLength(249);
    const second = await runToEnd(services, activation.id);
    expect(second).toMatchObject({ status: 'succeeded', counts: { adds: 0, removes: 0, unchanged: 249 } });
    expect(receiver.deliveries).toHaveLength(1);
    expect(services.ledger.verify()).toMatchObject({ entries: 1 });
  });
});
