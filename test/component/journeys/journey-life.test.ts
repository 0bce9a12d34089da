import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import JourneysPage from '../../../renderer/features/journeys/JourneysPage.svelte';
import { inputsOf } from '../support/activation-engine.ts';
import { BUNDLE, LIVE_BUNDLE, RESULTS, TRACE, makeTick } from '../support/canned-journeys.ts';
import { renderJourneys, type JourneyStart, type JourneyState } from '../support/journey-engine.ts';
import { judgePage } from '../support/judge-page.ts';
import { textOf } from '../support/text-of.ts';

const canvas = () => page.getByRole('region', { name: 'Canvas of the journey' });
const step = (name: string) => canvas().getByRole('group', { name, exact: true });
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
const tab = (name: string) => page.getByRole('tab', { name });
const dialog = () => page.getByRole('dialog');

async function open(start: JourneyStart): Promise<JourneyState> {
  const state = await renderJourneys(JourneysPage, ['journeys', BUNDLE.id], start);
  await expect.element(step('Newsletter')).toBeVisible();
  return state;
}

describe('publishing', () => {
  it('saves first, says what a version is, and makes the journey live', async () => {
    const state = await open({ journeys: [BUNDLE] });
    await page.getByRole('textbox', { name: 'Journey name' }).fill('Bundle of spring');
    await button('Publish…').click();
    await expect.poll(() => textOf(dialog())).toContain('as version 1?');
    expect(inputsOf(state, 'journeys.save')).toHaveLength(1);
    expect(textOf(dialog())).toContain('never changes again');
    expect(textOf(dialog())).not.toContain('Customers who are inside');
    await judgePage();
    await button('Publish version 1').click();
    await expect.element(page.getByText('Published version 1', { exact: true })).toBeVisible();
    await expect.element(page.getByText('Live', { exact: true })).toBeVisible();
    expect(inputsOf(state, 'publish')).toMatchObject([{ journeyId: 'bundle', inside: 'keep' }]);
  });

  it('asks what becomes of who is inside where a version exists', async () => {
    const state = await open({ journeys: [{ ...LIVE_BUNDLE, exits: ['big-spenders'] }] });
    await expect.element(page.getByText('changed since version 1')).toBeVisible();
    await button('Publish…').click();
    for (const words of [
      'They go through the version they are in to its end.',
      'stand at the same wait of the new version',
      'They leave at the next tick and are sent nothing more.',
    ])
      await expect.poll(() => textOf(dialog())).toContain(words);
    await page.getByRole('radio', { name: /^Move to the new version/ }).click();
    await judgePage();
    await button('Publish version 2').click();
    await expect.element(page.getByText('Published version 2', { exact: true })).toBeVisible();
    expect(inputsOf(state, 'publish')).toMatchObject([{ inside: 'move' }]);
  });

  it('shows problems first and leads to them', async () => {
    const state = await open({ journeys: [{ ...BUNDLE, suppress: ['gone'] }] });
    await button('Publish…').click();
    await expect.element(dialog().getByText('Problems keep it from being published')).toBeVisible();
    await expect.element(button('Publish version 1')).toBeDisabled();
    await dialog()
      .getByRole('button', { name: /“gone” does not exist/ })
      .click();
    await expect.element(dialog()).not.toBeInTheDocument();
    await expect.element(page.getByRole('tab', { name: 'Rules', selected: true })).toBeVisible();
    expect(inputsOf(state, 'publish')).toEqual([]);
  });
});

describe('a live journey', () => {
  it('ticks by hand, followed to its end', async () => {
    const state = await open({ journeys: [LIVE_BUNDLE], looks: 4 });
    await button('Tick now').click();
    const told = page.getByRole('status', { name: 'Tick 1' });
    await expect.poll(() => textOf(told)).toContain('Finds out who moves, 3 of 9 statements');
    await expect
      .poll(() => textOf(told), { timeout: 8000 })
      .toContain('412 customers entered, 250 sent, 77 not sent, 250 left');
    expect(inputsOf(state, 'tick')).toEqual(['bundle']);
    await tab('Ticks').click();
    await button(/^Tick 1/).click();
    await expect
      .element(page.getByRole('link', { name: 'Newsletter' }))
      .toHaveAttribute('href', '#/runs/run-7');
    const counts = page.getByRole('table', { name: 'Counts of tick 1' });
    await expect.poll(() => textOf(counts)).toContain('Not sent “All”: lost by priority77');
    await judgePage();
  });

  it('leads to the run that a tick waits for', async () => {
    const waiting = makeTick({ status: 'waiting', phase: 'sending' });
    await open({ journeys: [LIVE_BUNDLE], ticks: [waiting] });
    await expect
      .element(page.getByRole('link', { name: 'Run of “Newsletter”' }))
      .toHaveAttribute('href', '#/runs/run-7');
  });

  it('is paused, resumed and stopped, the last after a question', async () => {
    const state = await open({ journeys: [LIVE_BUNDLE] });
    await button('Acts on the journey').click();
    await page.getByRole('menuitem', { name: /^Pause/ }).click();
    await expect.element(button('Tick now')).toBeDisabled();
    await button('Acts on the journey').click();
    await page.getByRole('menuitem', { name: 'Resume' }).click();
    await expect.element(button('Tick now')).toBeEnabled();
    await button('Acts on the journey').click();
    await page.getByRole('menuitem', { name: 'Stop…' }).click();
    await expect.element(page.getByText(/^Everybody inside leaves now/)).toBeVisible();
    await button('Stop journey').click();
    await expect.poll(() => state.journeys[0]?.status).toBe('stopped');
    await expect.element(button('Tick now')).toBeDisabled();
  });

  it('shows what happened on the canvas in place of the counts of the draft', async () => {
    await open({ journeys: [LIVE_BUNDLE], results: RESULTS });
    await expect.poll(() => textOf(step('Newsletter'))).toContain('100 customers would come here now');
    await button('What happened').click();
    await expect.poll(() => textOf(step('Newsletter'))).toContain('250 customers sent');
    expect(textOf(step('Wait'))).toContain('30 customers inside');
    await expect.element(canvas().getByText(/^253/)).toBeVisible();
  });
});

describe('a tick that failed', () => {
  it('says why, and what to do', async () => {
    const error = {
      code: 'STATE_CHANGED' as const,
      message: 'The state table was changed by hand.',
      help: 'Accept it, or bring it back.',
      retry: 'after-fix' as const,
    };
    const state = await open({ journeys: [LIVE_BUNDLE], ticks: [makeTick({ status: 'failed', error })] });
    await expect
      .poll(() => textOf(page.getByRole('status', { name: 'Tick 1' })))
      .toContain('The state table was changed by hand. Accept it, or bring it back.');
    await button('Acts on the journey').click();
    await page.getByRole('menuitem', { name: /^Accept the state table/ }).click();
    await button('Accept it').click();
    await expect.element(page.getByText('The state table was accepted')).toBeVisible();
    expect(inputsOf(state, 'acceptState')).toEqual(['bundle']);
  });
});

describe('what happened', () => {
  it('is told in all, as a picture with a table, and by reason', async () => {
    await open({ journeys: [LIVE_BUNDLE], results: RESULTS });
    await tab('Results').click();
    await expect.element(page.getByRole('img', { name: /^Ways that customers took/ })).toBeVisible();
    await expect.element(page.getByText(/^again: Emailable\?/)).toBeVisible();
    const ways = page.getByRole('table', { name: 'Ways taken' });
    await expect.poll(() => textOf(ways)).toContain('Emailable?BigNewsletter253');
    await expect
      .poll(() => textOf(page.getByRole('table', { name: 'Not sent' })))
      .toContain('Newsletterfrequency cap reached3');
    await judgePage();
  });

  it('is told of one customer in words, and forgotten when the tab is left', async () => {
    const state = await open({ journeys: [LIVE_BUNDLE], traces: { '4711': TRACE } });
    await tab('Trace').click();
    const field = page.getByRole('textbox', { name: 'Customer id' });
    await field.fill('4711');
    await userEvent.keyboard('{Enter}');
    const list = page.getByRole('list', { name: 'What happened' });
    for (const words of [
      'Entered at “Entry”, version 1',
      'Went from “Entry” to “Emailable?”',
      'Not sent “All” of “Emailable?”: lost to branch “Big” by priority',
      'Sent “Newsletter”',
      'Left at “Newsletter”: came to the end',
    ])
      await expect.poll(() => textOf(list)).toContain(words);
    await judgePage();
    await tab('Rules').click();
    await tab('Trace').click();
    await expect.element(field).toHaveValue('');
    await expect.element(list).not.toBeInTheDocument();
    await field.fill('4712');
    await button('Show what happened').click();
    await expect.element(page.getByText('This customer never entered the journey.')).toBeVisible();
    expect(inputsOf(state, 'trace')).toEqual(['4711', '4712']);
  });
});
