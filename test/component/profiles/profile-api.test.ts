import { describe, expect, it } from 'vitest';
import { page, userEvent, type Locator } from 'vitest/browser';
import ProfilesPage from '../../../renderer/features/profiles/ProfilesPage.svelte';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { AS_OF } from '../support/canned-lakehouse.ts';
import { PART } from '../support/canned-profiles.ts';
import { judgePage } from '../support/judge-page.ts';
import { renderProfiles, TOKEN, type ProfileStart } from '../support/profile-engine.ts';
import { textOf } from '../support/text-of.ts';

const button = (name: string) => page.getByRole('button', { name, exact: true });
const field = (name: string) => page.getByRole('textbox', { name, exact: true });
const combobox = (name: string) => page.getByRole('combobox', { name, exact: true });
const turn = () => page.getByRole('switch', { name: 'Profile API' });
const keys = () => page.getByRole('list', { name: 'Keys' });
const withPart = { api: { parts: [PART] } };
const KEY = {
  id: 'banner',
  name: 'Banner',
  sha256: '0'.repeat(64),
  parts: ['basics'],
  createdAt: AS_OF,
};

const open = (start: ProfileStart = {}) => renderProfiles(ProfilesPage, ['profiles', 'api'], start);

async function choose(at: Locator, option: string | RegExp): Promise<void> {
  await at.click();
  await page.getByRole('option', { name: option }).click();
}

describe('the switch of the Profile API', () => {
  it('is off, and can be turned on once a part is saved', async () => {
    await open();
    await expect.element(turn()).toBeDisabled();
    await expect
      .element(page.getByText('It tells nothing yet. Save a part first, then turn it on.'))
      .toBeVisible();
  });

  it('turns on at its address, tells how fresh each part is, and turns off', async () => {
    const state = await open(withPart);
    await turn().click();
    await expect.element(page.getByText('http://127.0.0.1:8787', { exact: true })).toBeVisible();
    await expect.element(turn()).toBeChecked();
    await expect
      .element(page.getByRole('row', { name: /Basics/ }))
      .toMatchTextContent(/Basics\s*12 minutes ago\s*2,500\s*Read 12 minutes ago, 40 changed/);
    await button('Read anew now').click();
    await expect.poll(() => state.refreshed).toBe(1);
    await judgePage();
    await turn().click();
    await expect.element(turn()).not.toBeChecked();
    expect(state.api.isOn).toBe(false);
  });

  it('stays off where it cannot listen, and says why', async () => {
    await open({
      ...withPart,
      failure: {
        code: 'SETTINGS_INVALID',
        message: 'The port 8787 is taken.',
        help: 'Choose another port.',
        retry: 'after-fix',
      },
    });
    await turn().click();
    await expect.poll(() => textOf(page.getByRole('alert'))).toContain('The port 8787 is taken.');
    await expect.element(turn()).not.toBeChecked();
  });

  it('says why a part could not be read anew, and that the last is told meanwhile', async () => {
    await open({
      api: { parts: [PART], isOn: true },
      status: {
        status: 'on',
        url: 'http://127.0.0.1:8787',
        parts: [
          {
            id: 'basics',
            asOf: AS_OF,
            triedAt: new Date(Date.now() - 5000).toISOString(),
            customers: 60,
            isRefreshing: false,
            error: {
              code: 'TIMEOUT',
              message: 'It took too long.',
              help: 'Start the warehouse.',
              retry: 'later',
            },
          },
        ],
        latency: [],
      },
    });
    await expect
      .element(page.getByRole('row', { name: /Basics/ }))
      .toMatchTextContent(
        /Failed \d+ seconds ago.*It took too long\..*What was read before is told meanwhile\./s,
      );
  });
});

describe('the editor of the Profile API', () => {
  it('suggests a definition for an empty one, and saves it', async () => {
    const state = await open();
    await button('Suggest').click();
    await expect.element(field('Name of the part')).toHaveValue('Basics');
    await expect.element(page.getByText('Told under “basics”, 13 columns and 2 audiences.')).toBeVisible();
    await expect.element(field('Name')).toHaveValue('email_sha256');
    await expect.element(button('Suggest')).not.toBeInTheDocument();
    await userEvent.keyboard('{Control>}s{/Control}');
    await expect.element(page.getByText('Saved the Profile API')).toBeVisible();
    await expect.element(page.getByText('Not saved', { exact: true })).not.toBeInTheDocument();
    await expect.element(turn()).toBeEnabled();
    expect(state.saved[0]?.form.identifiers).toEqual([
      { name: 'email_sha256', entity: 'customer', column: 'email', form: 'sha256' },
    ]);
    await judgePage();
  });

  it('makes a part of columns and audiences, with undo', async () => {
    const state = await open();
    await button('Add a part').click();
    await field('Name of the part').fill('Shop data');
    await choose(combobox('Add a column'), /^Loyalty tier/);
    await field('Name in the profile of Household: Loyalty tier').fill('tier');
    await userEvent.keyboard('{Enter}');
    await choose(combobox('Add an audience'), /^Big spenders/);
    await button('Add all').click();
    await button('Remove Everyone').click();
    await button('Undo').click();
    await expect.element(button('Remove Everyone')).toBeVisible();
    await button('Save API').click();
    await expect.poll(() => state.saved.length).toBe(1);
    expect(state.saved[0]?.form.parts).toEqual([
      {
        id: 'shop-data',
        name: 'Shop data',
        columns: [{ kind: 'attribute', entity: 'customer', column: 'loyalty_tier', as: 'tier' }],
        audiences: ['big-spenders', 'everyone'],
      },
    ]);
  });

  it('takes identifiers, times, limits and origins, and shows problems in place', async () => {
    const state = await open(withPart);
    await button('Add an identifier').click();
    await button('Save API').click();
    await expect.element(page.getByText('Not saved: An identifier has no attribute.')).toBeVisible();
    await expect.element(combobox('Attribute')).toHaveFocus();
    await field('Name').fill('phone_sha256');
    await choose(combobox('Attribute'), /^Phone/);
    await choose(
      page.getByRole('combobox', { name: /^Compared: / }).or(page.getByLabelText(/^Compared: /)),
      /^SHA-256/,
    );
    const refresh = page.getByRole('group', { name: 'Read anew every' });
    await refresh.getByRole('spinbutton').fill('30');
    await page.getByRole('spinbutton', { name: 'Port' }).fill('9000');
    await combobox('Origins').fill('shop');
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByText(/“shop” is no origin/).first()).toBeVisible();
    await button('Remove shop').click();
    await combobox('Origins').fill('https://shop.example');
    await userEvent.keyboard('{Enter}');
    await button('Save API').click();
    await expect.poll(() => state.saved.length).toBe(1);
    expect(state.saved[0]?.form).toMatchObject({
      identifiers: [{ name: 'phone_sha256', entity: 'customer', column: 'phone', form: 'sha256' }],
      refresh: { amount: 30, unit: 'minutes' },
      port: 9000,
      origins: ['https://shop.example'],
    });
  });

  it('keeps profiles in PostgreSQL with a password that is not part of the form', async () => {
    const state = await open(withPart);
    await page.getByRole('radio', { name: /^PostgreSQL/ }).click();
    await button('Save API').click();
    await expect.element(page.getByText('Host is required.', { exact: true })).toBeVisible();
    await field('Host').fill('127.0.0.1');
    await page.getByLabelText('Password', { exact: true }).fill('hidden');
    await button('Save API').click();
    await expect.poll(() => state.saved.length).toBe(1);
    expect(state.saved[0]).toMatchObject({
      form: { store: { kind: 'postgres', settings: { host: '127.0.0.1', port: 5432 } } },
      secrets: { password: 'hidden' },
    });
    await expect.element(page.getByText('Not saved', { exact: true })).not.toBeInTheDocument();
  });

  it('holds a leave to another tab while changes are not saved', async () => {
    await open(withPart);
    await field('Name of the part').fill('Other');
    await page.getByRole('tab', { name: 'Traffic' }).click();
    await expect.poll(() => router.wanted).toBe('#/profiles/traffic');
    router.stay();
    await expect.element(field('Name of the part')).toHaveValue('Other');
    await button('Undo').click();
    await page.getByRole('tab', { name: 'Traffic' }).click();
    await expect.poll(() => router.route.rest).toEqual(['traffic']);
  });

  it('gives requests to copy, without a key', async () => {
    await open({
      api: {
        parts: [PART],
        identifiers: [{ name: 'mail', entity: 'customer', column: 'email', form: 'as-is' }],
      },
    });
    const block = (name: string) => page.getByRole('region', { name });
    await expect
      .poll(() => textOf(block('One customer')))
      .toContain("'http://127.0.0.1:8787/v1/profiles/CUSTOMER_ID'");
    await expect.poll(() => textOf(block('By identifier'))).toContain('identifier=mail:VALUE');
    await page.getByRole('tab', { name: 'TypeScript' }).click();
    await expect.poll(() => textOf(block('profiles.ts'))).toContain('process.env.SLIPWAY_KEY');
  });
});

describe('keys of the Profile API', () => {
  it('are made for parts; the token is shown once', async () => {
    const state = await open(withPart);
    await button('Make a key').click();
    await button('Make the key').click();
    await expect.element(page.getByText('Enter a name, such as that of the program.')).toBeVisible();
    await field('Name').fill('Shop');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => textOf(page.getByRole('region', { name: 'Key', exact: true }))).toBe(TOKEN);
    await expect.element(page.getByText(/It is shown this once and kept nowhere/)).toBeVisible();
    await judgePage();
    await button('Done').click();
    await expect.poll(() => textOf(keys())).toContain('Shop Reads Basics.');
    await expect.element(page.getByText(TOKEN)).not.toBeInTheDocument();
    expect(state.api.keys.map(({ name, parts }) => [name, parts])).toEqual([['Shop', ['basics']]]);
  });

  it('refuse a taken name at its field', async () => {
    await open({ api: { parts: [PART], keys: [KEY] } });
    await button('Make a key').click();
    await field('Name').fill('Banner');
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByText('There is a key named “Banner”. Change it.')).toBeVisible();
  });

  it('are revoked after a question, and stay in the list', async () => {
    const state = await open({ api: { parts: [PART], keys: [KEY] } });
    await button('Revoke Banner').click();
    await button('Cancel').click();
    expect(state.api.keys[0]?.revokedAt).toBeUndefined();
    await button('Revoke Banner').click();
    await button('Revoke key').click();
    await expect.element(keys().getByText('Revoked', { exact: true })).toBeVisible();
    await expect.element(button('Revoke Banner')).not.toBeInTheDocument();
    expect(state.api.keys[0]?.revokedAt).toBe(AS_OF);
  });
});
