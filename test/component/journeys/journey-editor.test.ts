import { describe, expect, it } from 'vitest';
import { page, userEvent, type Locator } from 'vitest/browser';
import JourneysPage from '../../../renderer/features/journeys/JourneysPage.svelte';
import type { Step } from '../../../electron/domain/journey.ts';
import { waysOf } from '../../../electron/domain/journey-ways.ts';
import { BUNDLE } from '../support/canned-journeys.ts';
import { MAIL, META, PARTNER } from '../support/canned-destinations.ts';
import { renderJourneys, type JourneyState } from '../support/journey-engine.ts';
import { inputsOf } from '../support/activation-engine.ts';
import { judgePage } from '../support/judge-page.ts';
import { textOf } from '../support/text-of.ts';

const canvas = () => page.getByRole('region', { name: 'Canvas of the journey' });
const step = (name: string) => canvas().getByRole('group', { name, exact: true });
const combobox = (name: string) => page.getByRole('combobox', { name, exact: true });
const field = (name: string) => page.getByRole('textbox', { name, exact: true });
const button = (name: string) => page.getByRole('button', { name, exact: true });
const palette = () => page.getByRole('toolbar', { name: 'Add a step' });

async function choose(at: Locator, option: string | RegExp): Promise<void> {
  await at.click();
  await page.getByRole('option', { name: option }).click();
}

/** Chooses of a list by its keys alone: the focus goes to it by Tab. */
async function typeChoice(at: Locator, text: string): Promise<void> {
  await tabTo(at);
  await userEvent.keyboard(text);
  await expect.element(page.getByRole('option').first()).toBeVisible();
  await userEvent.keyboard('{ArrowDown}{Enter}');
}

/** Presses Tab until the element has the focus. */
async function tabTo(at: Locator): Promise<void> {
  await expect.element(at).toBeInTheDocument();
  for (let count = 0; count < 120; count += 1) {
    if (document.activeElement === at.element()) return;
    await userEvent.tab();
  }
  throw new Error('Tab does not come to the element.');
}

function saved(state: JourneyState): Step[] {
  return state.journeys[0]?.steps ?? [];
}

/** Each way of the journey as `from key to`. */
function listWays(steps: readonly Step[]): string[] {
  return steps.flatMap((each) =>
    waysOf(each).map(({ key, next }) => `${each.id} ${key} ${next ?? 'nowhere'}`),
  );
}

async function openBundle(start = {}): Promise<JourneyState> {
  const state = await renderJourneys(JourneysPage, ['journeys', BUNDLE.id], { journeys: [BUNDLE], ...start });
  await expect.element(step('Newsletter')).toBeVisible();
  return state;
}

async function save(state: JourneyState): Promise<Step[]> {
  const before = inputsOf(state, 'journeys.save').length;
  await button('Save journey').click();
  await expect.poll(() => inputsOf(state, 'journeys.save').length).toBe(before + 1);
  await expect.element(button('Save journey')).toBeEnabled();
  return saved(state);
}

const TO_MAIL = 'Newsletter account';

describe('drawing a journey', () => {
  it('makes the journey of a bundle by clicks', async () => {
    const state = await renderJourneys(JourneysPage, ['journeys', 'new']);
    await field('Journey name').fill('Bundle');
    await choose(combobox('Audience'), /^Everyone/);
    await palette().getByRole('button', { name: 'Audience split' }).click();
    await choose(combobox('Audience of branch 1'), /^Big spenders/);
    await expect.element(field('Name of branch 1')).toHaveValue('Big spenders');
    await palette().getByRole('button', { name: 'Activate' }).click();
    await choose(combobox('Destination'), new RegExp(`^${TO_MAIL}`));
    await choose(page.getByRole('combobox', { name: /^Do: / }), 'transmission');
    await field('Template id').fill('news');
    await expect.element(combobox('Source of Email address')).toHaveValue('E-mail');
    await step('Audience split').getByText('1 audience, and others').click();
    await palette().getByRole('button', { name: 'Random split' }).click();
    await field('Name of branch 1').fill('Facebook');
    await field('Name of branch 2').fill('Partner');
    await palette().getByRole('button', { name: 'Activate' }).click();
    await choose(combobox('Destination'), /^Meta, Germany/);
    await expect.element(combobox('Source of Email address')).toHaveValue('E-mail');
    await step('Random split').getByText('Even, 2 ways').click();
    await palette().getByRole('button', { name: 'Activate' }).click();
    await choose(combobox('Destination'), /^Partner drop/);
    await expect.element(field('Name of column 1')).toHaveValue('email');
    await judgePage();
    const steps = await save(state);
    expect(listWays(steps)).toEqual([
      'entry next audience-split-1',
      'audience-split-1 b-branch-1 activate-1',
      'audience-split-1 others random-split-1',
      'activate-1 next nowhere',
      'random-split-1 b-branch-1 activate-2',
      'random-split-1 b-branch-2 activate-3',
      'activate-2 next nowhere',
      'activate-3 next nowhere',
    ]);
    const sends = steps.flatMap((each) => (each.kind === 'activate' ? [each.activation] : []));
    expect(sends).toMatchObject([
      { destination: MAIL.id, mode: 'send', target: { what: 'transmission', templateId: 'news' } },
      { destination: META.id, mode: 'add' },
      { destination: PARTNER.id, mode: 'replace' },
    ]);
    await page.getByRole('tab', { name: /^Problems/ }).click();
    await expect.element(page.getByText('Nothing keeps it from being published.')).toBeVisible();
    expect(location.hash).toBe('#/journeys/bundle');
  });

  it('makes it without a pointer', async () => {
    const state = await renderJourneys(JourneysPage, ['journeys', 'new']);
    await tabTo(field('Journey name'));
    await userEvent.keyboard('By keys');
    await typeChoice(combobox('Audience'), 'Everyone');
    await typeChoice(combobox('Leads to'), 'New step: Audience split');
    await expect.element(field('Step name')).toHaveFocus();
    await typeChoice(combobox('Audience of branch 1'), 'Big spenders');
    await typeChoice(combobox('“Big spenders” leads to'), 'New step: Exit');
    await expect.element(field('Step name')).toHaveFocus();
    await tabTo(step('Audience split'));
    await userEvent.keyboard('{Enter}');
    await expect.element(field('Step name')).toHaveFocus();
    await typeChoice(combobox('“Others” leads to'), 'Exit exit-1');
    await userEvent.keyboard('{Control>}s{/Control}');
    await expect
      .poll(() => listWays(saved(state)))
      .toEqual([
        'entry next audience-split-1',
        'audience-split-1 b-branch-1 exit-1',
        'audience-split-1 others exit-1',
      ]);
    expect(state.journeys[0]?.name).toBe('By keys');
  });

  it('puts a step into a way, and brings the way back by undo', async () => {
    const state = await openBundle();
    await canvas().getByRole('button', { name: 'Put a step into the way “Next” of Entry' }).click();
    await page.getByRole('menuitem', { name: /^Wait For|^Wait Customers stay for/ }).click();
    await expect.element(field('Step name')).toHaveFocus();
    expect(listWays(await save(state))).toContain('entry next wait-1');
    expect(listWays(saved(state))).toContain('wait-1 next split');
    await button('Undo').click();
    const steps = await save(state);
    expect(listWays(steps)).toContain('entry next split');
    expect(steps.map(({ id }) => id)).not.toContain('wait-1');
  });
});

describe('the keys of the canvas', () => {
  it('move a step, all presses together one step of undo', async () => {
    const state = await openBundle();
    await tabTo(step('Newsletter'));
    await userEvent.keyboard('{ArrowDown}{ArrowDown}{Shift>}{ArrowRight}{/Shift}');
    await save(state);
    expect(state.journeys[0]?.layout['mail']).toEqual({ x: 724, y: 32 });
    await button('Undo').click();
    await save(state);
    expect(state.journeys[0]?.layout['mail']).toEqual({ x: 660, y: 0 });
  });

  it('remove a step with the ways to it, and disconnect a way', async () => {
    const state = await openBundle();
    await tabTo(step('Newsletter'));
    await userEvent.keyboard('{Delete}');
    await expect.element(step('Newsletter')).not.toBeInTheDocument();
    await tabTo(canvas().getByRole('group', { name: 'Way “All” from Emailable? to Facebook' }));
    await userEvent.keyboard('{Delete}');
    const ways = listWays(await save(state));
    expect(ways).toContain('split b-big nowhere');
    expect(ways).toContain('split b-all nowhere');
    await tabTo(step('Entry'));
    await userEvent.keyboard('{Delete}');
    await expect.element(step('Entry')).toBeVisible();
  });

  it('copy, paste and duplicate with the ways between, and select all or nothing', async () => {
    const state = await openBundle();
    await tabTo(step('Emailable?'));
    await userEvent.keyboard(' ');
    await tabTo(step('Newsletter'));
    await userEvent.keyboard(' {Control>}c{/Control}{Control>}v{/Control}');
    await expect.element(page.getByText('2 steps selected')).toBeVisible();
    const steps = await save(state);
    const ways = listWays(steps);
    expect(ways).toContain('audience-split-1 b-big activate-1');
    expect(ways).toContain('audience-split-1 b-all nowhere');
    expect(steps.find(({ id }) => id === 'activate-1')).toMatchObject({
      name: 'Newsletter',
      activation: { destination: MAIL.id, target: { templateId: 'newsletter' } },
    });
    await tabTo(step('Facebook'));
    await userEvent.keyboard('{Enter}');
    await tabTo(step('Facebook'));
    await userEvent.keyboard('{Control>}d{/Control}');
    expect((await save(state)).map(({ id }) => id)).toContain('activate-2');
    (canvas().element() as HTMLElement).focus();
    await userEvent.keyboard('{Control>}a{/Control}');
    await expect.element(page.getByText('8 steps selected')).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect
      .element(page.getByText('No step is selected: these are the rules of the journey.'))
      .toBeVisible();
  });
});

describe('the pointer on the canvas', () => {
  it('moves a step by one drag, which is one step of undo', async () => {
    const state = await openBundle();
    const before = state.journeys[0]?.layout['ads'];
    await step('Facebook').dropTo(canvas(), { targetPosition: { x: 120, y: 380 }, steps: 5 });
    const after = (await save(state)).length > 0 ? state.journeys[0]?.layout['ads'] : undefined;
    expect(after).not.toEqual(before);
    expect(state.journeys[0]?.layout['mail']).toEqual({ x: 660, y: 0 });
    await button('Undo').click();
    await save(state);
    expect(state.journeys[0]?.layout['ads']).toEqual(before);
  });

  it('connects from a handle to a step', async () => {
    const state = await openBundle();
    await canvas()
      .getByRole('button', { name: 'Way out of Newsletter', exact: true })
      .dropTo(canvas().getByRole('button', { name: 'Way to Wait', exact: true }));
    await expect
      .element(canvas().getByRole('group', { name: 'Way from Newsletter to Wait' }))
      .toBeInTheDocument();
    expect(listWays(await save(state))).toContain('mail next pause');
  });

  it('adds a kind where it is dropped', async () => {
    const state = await openBundle();
    await palette()
      .getByRole('button', { name: 'Exit' })
      .dropTo(canvas(), { targetPosition: { x: 90, y: 60 } });
    await expect.element(step('Exit')).toBeVisible();
    expect(listWays(await save(state)).filter((way) => way.endsWith('exit-1'))).toEqual([]);
  });

  it('arranges all steps from left to right', async () => {
    const state = await openBundle();
    await button('Arrange the steps').click();
    await save(state);
    const { entry, split, mail } = state.journeys[0]?.layout ?? {};
    expect((entry?.x ?? 0) < (split?.x ?? 0) && (split?.x ?? 0) < (mail?.x ?? 0)).toBe(true);
  });
});

describe('what is wrong', () => {
  it('stands at the step and leads to its place', async () => {
    await openBundle({ destinations: [MAIL] });
    await expect
      .poll(() => textOf(step('Facebook')))
      .toContain(`The destination “${META.id}” does not exist.`);
    await page.getByRole('tab', { name: /^Problems/ }).click();
    await page.getByRole('button', { name: /Facebook: The destination/ }).click();
    await expect.element(combobox('Destination')).toHaveFocus();
    await expect.element(page.getByText('Counted once the problems are mended.')).toBeVisible();
    await judgePage();
  });

  it('says the sum of percentages, and keeps what cannot be saved from being lost', async () => {
    const state = await openBundle();
    await palette().getByRole('button', { name: 'Random split' }).click();
    await page.getByRole('radio', { name: /^By weights/ }).click();
    await page.getByRole('spinbutton', { name: 'Percentage of branch 1' }).fill('40');
    await expect.element(page.getByText('Sum, with the hold-out: 90%')).toBeVisible();
    await expect.poll(() => textOf(step('Random split'))).toContain('Unreachable');
    await step('Emailable?')
      .getByText(/^2 audiences/)
      .click();
    await choose(combobox('“Big” leads to'), /^Random split/);
    await expect.poll(() => textOf(step('Random split'))).toContain('The percentages sum to 90, not to 100.');
    await step('Random split')
      .getByText(/^By weights/)
      .click();
    await field('Name of branch 1').fill('');
    await button('Save journey').click();
    await expect.element(page.getByText('Not saved: A branch of “Random split” has no name.')).toBeVisible();
    await expect.element(field('Name of branch 1')).toHaveFocus();
    expect(inputsOf(state, 'journeys.save')).toEqual([]);
  });
});

describe('the counts', () => {
  it('stand at steps and ways, “?” beyond an awaited event, and are asked for once for a draft', async () => {
    const state = await openBundle({
      count: () => ({
        asOf: '2026-11-20T09:30:00.000Z',
        steps: [
          { step: 'entry', customers: 1234 },
          { step: 'split', customers: 1200 },
        ],
        ways: [{ step: 'split', way: 'b-big', customers: 321 }],
        unknown: ['pause'],
      }),
    });
    await expect.poll(() => textOf(step('Entry'))).toContain('1,234 customers would come here now');
    await expect.poll(() => textOf(step('Wait'))).toContain('Not known before the event happens');
    await expect.element(canvas().getByText(/^321/)).toBeVisible();
    const asked = inputsOf(state, 'counts').length;
    await tabTo(step('Wait'));
    await userEvent.keyboard('{ArrowDown}');
    await save(state);
    expect(inputsOf(state, 'counts').length).toBe(asked);
  });
});
