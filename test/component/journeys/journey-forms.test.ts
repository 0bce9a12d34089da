import { describe, expect, it } from 'vitest';
import { page, type Locator } from 'vitest/browser';
import type { Step } from '../../../electron/domain/journey.ts';
import JourneysPage from '../../../renderer/features/journeys/JourneysPage.svelte';
import { inputsOf } from '../support/activation-engine.ts';
import { BUNDLE } from '../support/canned-journeys.ts';
import { renderJourneys, type JourneyState } from '../support/journey-engine.ts';
import { judgePage } from '../support/judge-page.ts';

const button = (name: string) => page.getByRole('button', { name, exact: true });
const combobox = (name: string | RegExp) => page.getByRole('combobox', { name });
const number = (group: string) =>
  page.getByRole('group', { name: group }).getByRole('spinbutton', { name: 'Amount' });

async function choose(at: Locator, option: string | RegExp): Promise<void> {
  await at.click();
  await page.getByRole('option', { name: option }).click();
}

async function open(): Promise<JourneyState> {
  const state = await renderJourneys(JourneysPage, ['journeys', BUNDLE.id], { journeys: [BUNDLE] });
  await expect.element(page.getByRole('group', { name: 'Newsletter', exact: true })).toBeVisible();
  return state;
}

async function add(kind: string): Promise<void> {
  await page
    .getByRole('toolbar', { name: 'Add a step' })
    .getByRole('button', { name: kind, exact: true })
    .click();
}

async function save(state: JourneyState): Promise<void> {
  const before = inputsOf(state, 'journeys.save').length;
  await button('Save journey').click();
  await expect.poll(() => inputsOf(state, 'journeys.save').length).toBe(before + 1);
}

const stepOf = (state: JourneyState, id: string): Step | undefined =>
  state.journeys[0]?.steps.find((each) => each.id === id);

describe('the forms of steps', () => {
  it('write waits: a duration, a date, an audience, an event with filters', async () => {
    const state = await open();
    await add('Wait');
    await number('Time to wait').fill('3');
    await choose(page.getByRole('group', { name: 'Time to wait' }).getByRole('combobox'), 'hours');
    await save(state);
    expect(stepOf(state, 'wait-1')).toMatchObject({ wait: { for: { amount: 3, unit: 'hours' } } });
    await page.getByRole('radio', { name: /^Until a date/ }).click();
    await page.getByLabelText('Date').fill('2026-12-24');
    await save(state);
    expect(stepOf(state, 'wait-1')).toMatchObject({ wait: { until: '2026-12-24T00:00:00.000Z' } });
    await add('Wait until');
    await choose(combobox('Audience'), /^Big spenders/);
    await number('Time limit').fill('2');
    await save(state);
    expect(stepOf(state, 'wait-until-1')).toMatchObject({
      until: { kind: 'audience', audience: 'big-spenders' },
      limit: { amount: 2, unit: 'days' },
    });
    await page.getByRole('radio', { name: /^An event/ }).click();
    await choose(combobox('Event'), /^Transaction/);
    await button('Add filter').click();
    await judgePage();
    await button('Save journey').click();
    await expect.element(page.getByText('Not saved: A filter is not complete.')).toBeVisible();
    await button('Remove filter 1').click();
    await save(state);
    const waits = stepOf(state, 'wait-until-1');
    expect(waits?.kind === 'wait-until' ? waits.until : undefined).toMatchObject({
      kind: 'event',
      entity: 'transactions',
    });
    expect(stepOf(state, 'wait-1')).toMatchObject({ next: 'wait-until-1' });
  });

  it('write the priority of branches, which take their ways along', async () => {
    const state = await open();
    await page
      .getByRole('group', { name: 'Emailable?', exact: true })
      .getByText(/^2 audiences/)
      .click();
    await button('Move “Big” down').click();
    await save(state);
    expect(stepOf(state, 'split')).toMatchObject({
      branches: [
        { id: 'all', next: 'ads' },
        { id: 'big', next: 'mail' },
      ],
    });
    await button('Remove “All”').click();
    await save(state);
    expect(stepOf(state, 'split')).toMatchObject({ branches: [{ id: 'big', next: 'mail' }] });
  });

  it('write weights and a hold-out', async () => {
    const state = await open();
    await add('Random split');
    await page.getByRole('spinbutton', { name: 'Hold-out (%)' }).fill('10');
    await expect.element(page.getByText('45% of all who arrive').first()).toBeVisible();
    await page.getByRole('radio', { name: /^By weights/ }).click();
    await button('Add a branch').click();
    await page.getByRole('spinbutton', { name: 'Percentage of branch 1' }).fill('0');
    await expect.element(page.getByText('A number from 0.01 to 100.')).toBeVisible();
    await save(state);
    expect(stepOf(state, 'random-split-1')).toMatchObject({
      holdOut: 10,
      branches: [{ percent: 45 }, { percent: 45 }, { percent: 0.01 }],
    });
  });
});

describe('the rules of a journey', () => {
  it('are written and saved', async () => {
    const state = await open();
    await page.getByRole('tab', { name: 'Rules' }).click();
    await page.getByRole('radio', { name: /^Again after a time/ }).click();
    await page.getByLabelText('Starts on').fill('2026-12-01');
    await page.getByLabelText('Ends on').fill('2026-11-01');
    await expect
      .element(page.getByText('The journey ends before it starts. Choose a later end.'))
      .toBeVisible();
    await page.getByLabelText('Ends on').fill('2027-01-01');
    await choose(combobox('Add an exit audience'), /^Big spenders/);
    await choose(combobox('Add a suppressed audience'), /^Big spenders/);
    await page.getByRole('switch', { name: 'The journey has a goal' }).click();
    await choose(combobox('Goal audience'), /^Everyone/);
    await page.getByRole('switch', { name: 'Who reaches it leaves the journey' }).click();
    await button('Add a cap').click();
    await page.getByRole('spinbutton', { name: 'Sends at most' }).fill('2');
    await choose(combobox(/^Repeat: /), 'Every day');
    await judgePage();
    await save(state);
    expect(state.journeys[0]).toMatchObject({
      reentry: { kind: 'after', duration: { amount: 30, unit: 'days' } },
      startsAt: '2026-12-01T00:00:00.000Z',
      endsAt: '2027-01-01T00:00:00.000Z',
      exits: ['big-spenders'],
      suppress: ['big-spenders'],
      goal: { audience: 'everyone', within: { amount: 30, unit: 'days' }, leaves: true },
      caps: [{ channel: 'email', sends: 2, per: { amount: 7, unit: 'days' } }],
      schedule: { cron: '0 6 * * *' },
    });
  });
});
