import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import ProfilesPage from '../../../renderer/features/profiles/ProfilesPage.svelte';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { CUSTOMER_7 } from '../support/canned-profiles.ts';
import { judgePage } from '../support/judge-page.ts';
import { renderProfiles } from '../support/profile-engine.ts';
import { textOf } from '../support/text-of.ts';

const field = () => page.getByRole('textbox', { name: 'Customer id' });
const button = (name: string) => page.getByRole('button', { name, exact: true });
const heading = (name: string) => page.getByRole('heading', { name });
const start = { profiles: { '7': CUSTOMER_7 } };

async function lookUp(id: string): Promise<void> {
  await field().fill(id);
  await userEvent.keyboard('{Enter}');
}

describe('looking a customer up', () => {
  it('shows attributes by entity, masked, and traits', async () => {
    const state = await renderProfiles(ProfilesPage, ['profiles'], start);
    await expect.element(button('Look up')).toBeDisabled();
    await lookUp(' 7 ');
    await expect.element(heading('Customer 7')).toBeVisible();
    const household = page.getByLabelText('Attributes of Household');
    await expect.poll(() => textOf(household)).toBe('E-mail p••• maskedCity Lyon');
    await expect.poll(() => textOf(page.getByLabelText('Attributes of Loyalty'))).toBe('Tier empty');
    await expect.poll(() => textOf(page.getByLabelText('Traits'))).toBe('Total spend, 12 months 120.50');
    expect(state.lookUps).toEqual([{ customerId: '7', unmasked: false }]);
    await judgePage();
  });

  it('shows personal data as an act of its own, and masks it again', async () => {
    const state = await renderProfiles(ProfilesPage, ['profiles'], start);
    await lookUp('7');
    await expect.element(heading('Customer 7')).toBeVisible();
    const personal = page.getByRole('switch', { name: 'Show personal data' });
    await personal.click();
    await expect.element(page.getByText('seven@example.com')).toBeVisible();
    await expect.element(page.getByText('Personal data is on the screen. It is not stored.')).toBeVisible();
    await personal.click();
    await expect.element(page.getByText(/^p•••/)).toBeVisible();
    await expect.element(page.getByText('seven@example.com')).not.toBeInTheDocument();
    expect(state.lookUps.map(({ unmasked }) => unmasked)).toEqual([false, true, false]);
  });

  it('lists the audiences of the customer first, with each condition met or not in words', async () => {
    await renderProfiles(ProfilesPage, ['profiles'], start);
    await lookUp('7');
    const list = page.getByRole('list', { name: 'Audiences of the customer' });
    await expect
      .poll(() => textOf(list))
      .toBe(
        'Everyone Member Met City is not emptyLow bread No member Not met City is London Met Total spend, 12 months is above 100',
      );
    await expect
      .element(page.getByRole('link', { name: 'Everyone', exact: true }))
      .toHaveAttribute('href', '#/audiences/everyone');
  });

  it('tells what journeys sent and did not send, the newest first, by the names of steps', async () => {
    await renderProfiles(ProfilesPage, ['profiles'], start);
    await lookUp('7');
    const rows = page.getByRole('list', { name: 'What happened in Bundle' }).getByRole('listitem');
    await expect.poll(() => textOf(rows.nth(1))).toContain('Left at “Newsletter”: came to the end');
    await expect.poll(() => textOf(rows.nth(2))).toContain('Sent “Newsletter”');
    await expect.poll(() => rows.all().map(textOf).join()).toContain('lost to branch “Big” by priority');
  });

  it('says where nobody has the id', async () => {
    await renderProfiles(ProfilesPage, ['profiles'], start);
    await lookUp('8');
    await expect.element(heading('No customer has this id')).toBeVisible();
    await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
  });

  it('can be cancelled while the lakehouse is asked', async () => {
    const state = await renderProfiles(ProfilesPage, ['profiles'], { ...start, pace: 60_000 });
    await lookUp('7');
    await button('Cancel').click();
    await expect.element(button('Look up')).toBeEnabled();
    await expect.poll(() => state.cancelled).toBe(1);
  });

  it('shows a failure with a retry', async () => {
    const state = await renderProfiles(ProfilesPage, ['profiles'], {
      ...start,
      lookUpFailure: { code: 'TIMEOUT', message: 'It took too long.', help: 'Try again.', retry: 'later' },
    });
    await lookUp('7');
    await expect.poll(() => textOf(page.getByRole('alert'))).toContain('It took too long.');
    state.lookUpFailure = undefined;
    await button('Try again').click();
    await expect.element(heading('Customer 7')).toBeVisible();
  });

  it('keeps nothing of an answer once the tab is left', async () => {
    const state = await renderProfiles(ProfilesPage, ['profiles'], start);
    await lookUp('7');
    await expect.element(heading('Customer 7')).toBeVisible();
    await page.getByRole('tab', { name: 'Traffic' }).click();
    await expect.poll(() => router.route.rest).toEqual(['traffic']);
    await page.getByRole('tab', { name: 'Look up' }).click();
    await expect.element(field()).toHaveValue('');
    await expect.element(page.getByText('Lyon')).not.toBeInTheDocument();
    expect(state.lookUps).toHaveLength(1);
  });

  it('asks for the model first', async () => {
    await renderProfiles(ProfilesPage, ['profiles'], { model: null });
    await expect.element(heading('No customer model')).toBeVisible();
  });
});
