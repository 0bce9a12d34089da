import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import JourneysPage from '../../../renderer/features/journeys/JourneysPage.svelte';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { BUNDLE, LIVE_BUNDLE, makeTick } from '../support/canned-journeys.ts';
import { renderJourneys } from '../support/journey-engine.ts';
import { judgePage } from '../support/judge-page.ts';
import { textOf } from '../support/text-of.ts';

const LIVE = { ...LIVE_BUNDLE, id: 'live-one', name: 'Live one', exits: ['big-spenders'] };
const row = (name: string) => page.getByRole('row').filter({ hasText: name });

describe('the list of journeys', () => {
  it('says who enters, how each stands, and when it ticks', async () => {
    await renderJourneys(JourneysPage, ['journeys'], {
      journeys: [{ ...BUNDLE, suppress: ['gone'] }, LIVE],
      ticks: [makeTick({ journeyId: LIVE.id })],
    });
    await expect.poll(() => textOf(row('Bundle'))).toContain('Draft');
    expect(textOf(row('Bundle'))).toContain('1 problem');
    expect(textOf(row('Bundle'))).toContain('Everyone');
    expect(textOf(row('Bundle'))).toContain('No tick yet');
    expect(textOf(row('Live one'))).toContain('Live changed since version 1');
    expect(textOf(row('Live one'))).toContain('412 entered');
    expect(textOf(row('Live one'))).toContain('By hand');
    await judgePage();
  });

  it('opens, duplicates and removes', async () => {
    const state = await renderJourneys(JourneysPage, ['journeys'], { journeys: [BUNDLE, LIVE] });
    await page.getByRole('button', { name: 'Actions for Bundle' }).click();
    await page.getByRole('menuitem', { name: 'Duplicate' }).click();
    await expect.element(page.getByText('Duplicated as “Bundle (copy)”')).toBeVisible();
    await page.getByRole('button', { name: 'Actions for Live one' }).click();
    await expect
      .element(page.getByRole('menuitem', { name: /^Remove/ }))
      .toHaveAttribute('aria-disabled', 'true');
    await page.getByRole('menuitem', { name: 'Open' }).click();
    await expect.poll(() => router.route.rest).toEqual([LIVE.id]);
    router.go('journeys');
    await page.getByRole('button', { name: 'Actions for Bundle', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Remove…' }).click();
    await expect.element(page.getByRole('button', { name: 'Cancel' })).toHaveFocus();
    await page.getByRole('button', { name: 'Remove journey' }).click();
    await expect.element(page.getByText('Removed “Bundle”')).toBeVisible();
    expect(state.journeys.map(({ name }) => name).sort()).toEqual(['Bundle (copy)', 'Live one']);
  });

  it('leads on where there is none', async () => {
    await renderJourneys(JourneysPage, ['journeys']);
    await page.getByRole('button', { name: 'Draw a journey' }).click();
    await expect.element(page.getByRole('textbox', { name: 'Journey name' })).toBeVisible();
    await judgePage();
  });
});
