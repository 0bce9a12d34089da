import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Step } from '../../../electron/domain/journey.ts';
import type { ServiceContext } from '../../../electron/services/context.ts';
import type { Services } from '../../../electron/services/index.ts';
import { createSchedules } from '../../../electron/services/schedules.ts';
import { useEngine } from '../../support/engine.ts';
import { hookStep } from '../../support/journeys/hook-step.ts';
import { SAMPLE, addDestination, importSeed } from '../../support/seed-engine.ts';
import { startWebhook, type WebhookReceiver } from '../../support/vendors/webhook.ts';

const engine = useEngine();
let services: Services;
let receiver: WebhookReceiver;
let id: string;

const steps: Step[] = [
  { kind: 'entry', id: 'entry', audience: 'bundle-target', next: 'one' },
  hookStep('one', 'pause'),
  { kind: 'wait', id: 'pause', wait: { for: { amount: 1, unit: 'days' } }, next: 'done' },
  { kind: 'exit', id: 'done' },
];

const addHook = () =>
  addDestination(services, 'Hook', 'webhook', {
    settings: { url: receiver.url },
    secrets: { signingSecret: receiver.secret },
  });

beforeAll(async () => {
  receiver = await startWebhook();
  ({ services } = engine.engine());
  importSeed(services);
  await addHook();
  ({ id } = services.journeys.save(SAMPLE, {
    name: 'Every ten minutes',
    steps,
    reentry: { kind: 'once' },
    exits: [],
    suppress: [],
    caps: [],
    layout: {},
    schedule: { cron: '*/10 * * * *', timeZone: 'UTC' },
  }).journey);
});
afterAll(() => receiver.close());

/** The schedules of this one journey, by a clock that is set. */
function schedulesBy(clock: { now: string }) {
  const store: Partial<ServiceContext['store']> = {
    listConnections: () => [{ id: SAMPLE, label: 'Sample lakehouse', kind: 'sample', settings: {} }],
    listActivations: () => [],
    listJourneys: () => [services.journeys.get(SAMPLE, id).journey],
    findLastTick: () => services.journeyTicks.progress(SAMPLE, id).tick ?? undefined,
  };
  const context: Partial<ServiceContext> = {
    store: store as ServiceContext['store'],
    clock: () => clock.now,
  };
  return createSchedules(context as ServiceContext, services.activationRuns, services.journeyTicks);
}
const done = () => services.journeyTicks.wait(SAMPLE, id);
const numbers = () => services.journeyTicks.list(SAMPLE, id, undefined, 20).map(({ number }) => number);

describe('the schedule of a journey', () => {
  it('ticks it while it is live, once for what was slept through, and not while it is a draft or paused', async () => {
    const clock = { now: '2026-11-01T10:01:00.000Z' };
    const schedules = schedulesBy(clock);
    clock.now = '2026-11-01T10:10:00.000Z';
    expect(schedules.look()).toEqual([]);

    services.journeys.publish(SAMPLE, id, 'keep');
    clock.now = '2026-11-01T10:19:59.000Z';
    expect(schedules.look()).toEqual([]);
    // The computer slept through three of them.
    clock.now = '2026-11-01T10:45:00.000Z';
    expect(schedules.look()).toHaveLength(1);
    expect(schedules.look()).toEqual([]);
    expect(await done()).toMatchObject({ number: 1, status: 'done', startedFrom: 'schedule' });
    const sent = receiver.deliveries.length;
    expect(sent).toBeGreaterThan(0);

    services.journeys.pause(SAMPLE, id);
    clock.now = '2026-11-01T10:50:00.000Z';
    expect(schedules.look()).toEqual([]);
    services.journeys.resume(SAMPLE, id);
    clock.now = '2026-11-01T11:00:00.000Z';
    expect(schedules.look()).toHaveLength(1);
    expect(await done()).toMatchObject({ number: 2, status: 'done' });
    expect(numbers()).toEqual([2, 1]);
    expect(receiver.deliveries).toHaveLength(sent);
  });

  it('joins a tick that is under way instead of starting another', async () => {
    const clock = { now: '2026-11-01T11:01:00.000Z' };
    const schedules = schedulesBy(clock);
    const running = services.journeyTicks.start(SAMPLE, id, 'app');
    clock.now = '2026-11-01T11:10:00.000Z';
    expect(schedules.look()).toEqual([running.id]);
    expect(await done()).toMatchObject({ number: 3, status: 'done', startedFrom: 'app' });
    expect(numbers()).toEqual([3, 2, 1]);
  });

  it('goes on with a tick that the end of the app interrupted', async () => {
    services.journeyTicks.start(SAMPLE, id, 'schedule');
    ({ services } = await engine.restart());
    // Secrets of this engine last for its life.
    await services.destinations.save({
      id: 'hook',
      label: 'Hook',
      kind: 'webhook',
      settings: { url: receiver.url },
      secrets: { signingSecret: receiver.secret },
    });
    expect(services.journeyTicks.progress(SAMPLE, id).tick).toMatchObject({
      number: 4,
      status: 'interrupted',
    });
    services.schedules.resumeInterrupted();
    expect(await done()).toMatchObject({ number: 4, status: 'done' });
  });
});
