import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JourneyForm, Step } from '../../../electron/domain/journey.ts';
import type { Tick } from '../../../electron/domain/tick.ts';
import type { Services } from '../../../electron/services/index.ts';
import { duckdb } from '../../../electron/warehouses/duckdb.ts';
import { failureOf, useEngine } from '../../support/engine.ts';
import { hookStep } from '../../support/journeys/hook-step.ts';
import { SAMPLE, addDestination, importSeed } from '../../support/seed-engine.ts';
import { startWebhook, type WebhookReceiver } from '../../support/vendors/webhook.ts';

const engine = useEngine();
let services: Services;
let receiver: WebhookReceiver;
let count = 0;

beforeAll(async () => {
  receiver = await startWebhook();
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

const entry = (next: string): Step => ({ kind: 'entry', id: 'entry', audience: 'bundle-target', next });
const pause = (next?: string): Step => ({
  kind: 'wait',
  id: 'pause',
  wait: { for: { amount: 1, unit: 'days' } },
  ...(next === undefined ? {} : { next }),
});
const form = (steps: readonly Step[], more: Partial<JourneyForm> = {}): JourneyForm => ({
  name: `Journey ${(count += 1)}`,
  steps: [...steps],
  reentry: { kind: 'once' },
  exits: [],
  suppress: [],
  caps: [],
  layout: {},
  ...more,
});
const save = (draft: JourneyForm): string => services.journeys.save(SAMPLE, draft).journey.id;
const publish = (draft: JourneyForm): string => {
  const id = save(draft);
  services.journeys.publish(SAMPLE, id, 'keep');
  return id;
};
const tick = async (id: string): Promise<Tick | undefined> => {
  services.journeyTicks.start(SAMPLE, id, 'app');
  return services.journeyTicks.wait(SAMPLE, id);
};

describe('a draft that cannot run', () => {
  it.each<[string, readonly Step[], string, RegExp]>([
    [
      'a circle without a wait',
      [
        entry('split'),
        {
          kind: 'audience-split',
          id: 'split',
          branches: [{ id: 'a', name: 'A', audience: 'emailable', next: 'one' }],
          others: { next: 'done' },
        },
        hookStep('one', 'split'),
        { kind: 'exit', id: 'done' },
      ],
      'steps[1]',
      /circle without a wait/,
    ],
    ['a branch that leads nowhere', [entry('pause'), pause()], 'steps[1]', /leads nowhere/],
    [
      'a way to a step that is not there',
      [entry('pause'), pause('gone')],
      'steps[1]',
      /“gone”, which does not exist/,
    ],
    [
      'percentages that are not 100',
      [
        entry('deal'),
        {
          kind: 'random-split',
          id: 'deal',
          holdOut: 10,
          branches: [
            { id: 'a', name: 'A', percent: 50, next: 'one' },
            { id: 'b', name: 'B', percent: 30, next: 'one' },
          ],
        },
        hookStep('one'),
      ],
      'steps[1].branches',
      /sum to 90/,
    ],
    [
      'a wait for the rows of an entity without a time',
      [
        entry('until'),
        {
          kind: 'wait-until',
          id: 'until',
          until: { kind: 'event', entity: 'web-profiles', where: [] },
          limit: { amount: 1, unit: 'days' },
          met: { next: 'one' },
          timeout: { next: 'one' },
        },
        hookStep('one'),
      ],
      'steps[1].until.entity',
      /no time column/,
    ],
  ])('names the step and refuses to publish it: %s', async (_, steps, where, message) => {
    const id = save(form(steps));
    const { problems } = services.journeys.get(SAMPLE, id);
    const found = problems.find((problem) => problem.where === where && problem.severity === 'error');
    expect(found?.message).toMatch(message);
    expect(found?.help).not.toBe('');
    const failure = await failureOf(() => services.journeys.publish(SAMPLE, id, 'keep'));
    expect(failure.code).toBe('RULE_INVALID');
    expect(await failureOf(() => services.journeyTicks.start(SAMPLE, id, 'app'))).toMatchObject({
      code: 'RULE_INVALID',
      help: 'Publish it first.',
    });
  });

  it('warns of steps that nobody reaches and of paths that send nothing', () => {
    const steps: Step[] = [entry('done'), { kind: 'exit', id: 'done' }, hookStep('lonely')];
    const warnings = services.journeys.get(SAMPLE, save(form(steps))).problems.map(({ message }) => message);
    expect(warnings).toContain('Unreachable: no way leads to this step.');
    expect(warnings).toContain('This step ends without activation.');
  });
});

describe('definitions that change after publishing', () => {
  it('keeps a destination that a journey sends to, and refuses a tick where it went by another way', async () => {
    const id = publish(form([entry('one'), hookStep('one')]));
    const failure = await failureOf(() => services.destinations.remove('hook'));
    expect(failure).toMatchObject({ code: 'IN_USE' });
    expect(failure.message).toContain(`Journey ${count}`);
    const before = services.workspaces.export().text;
    services.workspaces.import(before.replace(/^destinations:\n(?: {2}.*\n)+/m, 'destinations: []\n'), false);
    const refused = await failureOf(() => services.journeyTicks.start(SAMPLE, id, 'app'));
    expect(refused).toMatchObject({
      code: 'RULE_INVALID',
      message: 'The destination “hook” does not exist.',
    });
    expect(services.journeyTicks.progress(SAMPLE, id).tick).toBeNull();
    services.workspaces.import(before, false);
    expect(await tick(id)).toMatchObject({ number: 1, status: 'done' });
  });

  it('refuses a tick where an audience was changed, also within another one, until that is undone or published', async () => {
    const id = publish(form([entry('one'), hookStep('one')]));
    const { audience } = services.audiences.get(SAMPLE, 'high-bread');
    services.audiences.save(SAMPLE, { ...audience, rule: { kind: 'not', rule: audience.rule } });
    const refused = await failureOf(() => services.journeyTicks.start(SAMPLE, id, 'app'));
    expect(refused.message).toBe('The audience “Bundle target” was changed after version 1 was published.');
    services.journeys.publish(SAMPLE, id, 'keep');
    const broken = await failureOf(() => services.journeyTicks.start(SAMPLE, id, 'app'));
    // Customers may be in the first version still.
    expect(broken.message).toContain('version 1');
    services.journeys.publish(SAMPLE, id, 'move');
    expect(await tick(id)).toMatchObject({ status: 'done', version: 3 });
    services.audiences.save(SAMPLE, audience);
  });
});

describe('the schema for state', () => {
  const file = (): string => join(engine.home, 'sample', 'state-small.duckdb');
  const byHand = async (text: string): Promise<void> => {
    const warehouse = await duckdb.open({
      settings: { path: join(engine.home, 'sample', 'retail-small-v1.duckdb'), stateFile: file() },
      secrets: {},
      home: engine.home,
    });
    try {
      await warehouse.state?.execute({ text, values: {}, columns: [] });
    } finally {
      await warehouse.close();
    }
  };

  it.each([
    [
      'a row that was changed',
      (table: string) =>
        `UPDATE ${table} SET step = 'elsewhere' WHERE customer_id = (SELECT min(customer_id) FROM ${table})`,
    ],
    [
      'a row that was deleted',
      (table: string) => `DELETE FROM ${table} WHERE customer_id = (SELECT min(customer_id) FROM ${table})`,
    ],
    ['a column that was dropped', (table: string) => `ALTER TABLE ${table} DROP COLUMN due_at`],
    ['a table that was dropped', (table: string) => `DROP TABLE ${table}`],
  ])('refuses a tick before it begins: %s', async (_, change) => {
    const id = publish(form([entry('pause'), pause('one'), hookStep('one')]));
    const first = await tick(id);
    expect(first).toMatchObject({ status: 'done', number: 1 });
    const deliveries = receiver.deliveries.length;
    await byHand(change(`slipway_state.main.slipway_journey_state_${id.replaceAll('-', '_')}`));
    const refused = await tick(id);
    expect(refused).toMatchObject({ number: 2, status: 'failed', phase: 'moving', counts: [], sends: [] });
    expect(refused?.error).toMatchObject({ code: 'STATE_CHANGED' });
    expect(refused?.error?.message).toContain('not as the last tick left it');
    expect(receiver.deliveries).toHaveLength(deliveries);
  });

  it('goes on with what was changed once a person accepts it', async () => {
    const id = publish(form([entry('pause'), pause('one'), hookStep('one')]));
    const first = await tick(id);
    const entered = first?.counts.find(({ kind }) => kind === 'entered')?.customers ?? 0;
    const table = `slipway_state.main.slipway_journey_state_${id.replaceAll('-', '_')}`;
    await byHand(`DELETE FROM ${table} WHERE customer_id = (SELECT min(customer_id) FROM ${table})`);
    expect(await tick(id)).toMatchObject({ status: 'failed' });
    await services.journeyResults.acceptState(SAMPLE, id, {});
    const next = await tick(id);
    expect(next).toMatchObject({ number: 2, status: 'done' });
    // The customer who was deleted enters anew.
    expect(next?.counts.find(({ kind }) => kind === 'entered')?.customers).toBe(1);
    expect((await services.journeyResults.results(SAMPLE, id, {})).inside).toBe(entered);
  });

  it('says so where it cannot be written any more, and goes on where it stopped once it can', async () => {
    const id = publish(form([entry('one'), hookStep('one')]));
    await engine.restart();
    ({ services } = engine.engine());
    // Secrets of this engine last for its life.
    const secrets = { signingSecret: receiver.secret };
    await services.destinations.save({
      id: 'hook',
      label: 'Hook',
      kind: 'webhook',
      settings: { url: receiver.url },
      secrets,
    });
    renameSync(file(), `${file()}.away`);
    mkdirSync(file());
    const refused = await tick(id);
    expect(refused).toMatchObject({ status: 'failed', phase: 'moving', counts: [], sends: [] });
    expect(refused?.error).toMatchObject({ code: 'TARGET_UNWRITABLE' });
    rmSync(file(), { recursive: true });
    renameSync(`${file()}.away`, file());
    expect(await tick(id)).toMatchObject({ number: 1, status: 'done' });
  });
});
