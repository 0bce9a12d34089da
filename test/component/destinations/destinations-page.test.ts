import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import DestinationsPage from '../../../renderer/features/destinations/DestinationsPage.svelte';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { inputsOf, renderActivations } from '../support/activation-engine.ts';
import { META, PARTNER, TO_META } from '../support/canned-destinations.ts';
import { judgePage } from '../support/judge-page.ts';
import { SERVER_KEY } from '../support/server-key.ts';
import { textOf } from '../support/text-of.ts';

describe('the destinations page', () => {
  it('lists each destination with its kind, its channel and what sends there', async () => {
    await renderActivations(DestinationsPage, ['destinations'], { activations: [TO_META] });
    const meta = page.getByRole('listitem').filter({ hasText: META.label });
    await expect.element(meta.getByText('Facebook custom audience · Paid media')).toBeVisible();
    await expect.element(meta.getByRole('link', { name: TO_META.name })).toBeVisible();
    const partner = page.getByRole('listitem').filter({ hasText: PARTNER.label });
    await expect.element(partner.getByText('No activation and no journey sends there.')).toBeVisible();
    await judgePage();
  });

  it('says what a destination is where there is none', async () => {
    await renderActivations(DestinationsPage, ['destinations'], { destinations: [] });
    await expect.element(page.getByRole('heading', { name: 'No destinations' })).toBeVisible();
    await page.getByRole('button', { name: 'Add a destination' }).click();
    expect(location.hash).toBe('#/destinations/new');
    await judgePage();
  });

  it('offers the kinds by channel, chosen by key', async () => {
    await renderActivations(DestinationsPage, ['destinations', 'new']);
    const files = page.getByRole('region', { name: 'Files' });
    await expect.element(files.getByRole('link', { name: /^SFTP/ })).toBeVisible();
    await expect.element(files.getByRole('link', { name: /^Folder/ })).toBeVisible();
    await judgePage();
    files.getByRole('link', { name: /^SFTP/ }).element().focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('heading', { name: 'New destination: SFTP' })).toBeVisible();
  });

  it('removes a destination after it has asked', async () => {
    const state = await renderActivations(DestinationsPage, ['destinations']);
    await page.getByRole('button', { name: `Acts on ${PARTNER.label}` }).click();
    await page.getByRole('menuitem', { name: 'Remove…' }).click();
    await expect.element(page.getByText(/Nothing at the destination changes/)).toBeVisible();
    await page.getByRole('button', { name: 'Remove destination' }).click();
    await expect.element(page.getByRole('heading', { name: PARTNER.label })).not.toBeInTheDocument();
    expect(state.destinations.map((each) => each.id)).not.toContain(PARTNER.id);
  });

  it('names the activations that keep a destination from being removed', async () => {
    const state = await renderActivations(DestinationsPage, ['destinations'], { activations: [TO_META] });
    await page.getByRole('button', { name: `Acts on ${META.label}` }).click();
    await page.getByRole('menuitem', { name: 'Remove…' }).click();
    await expect.element(page.getByText(/“Everyone to Meta” sends there/)).toBeVisible();
    await page.getByRole('button', { name: 'Remove destination' }).click();
    await expect
      .poll(() => textOf(page.getByRole('alert')))
      .toContain('The destination is used by “Everyone to Meta”.');
    expect(state.destinations.map((each) => each.id)).toContain(META.id);
  });

  it('says so where the address names no destination or no kind', async () => {
    await renderActivations(DestinationsPage, ['destinations', 'gone']);
    await expect
      .element(page.getByRole('heading', { name: 'This destination does not exist' }))
      .toBeVisible();
    router.go('destinations', 'new', 'fax');
    await expect.element(page.getByText(/“fax” is not a kind of destination/)).toBeVisible();
  });
});

describe('the form of a destination', () => {
  it('names the fields that are missing and puts the focus on the first', async () => {
    const state = await renderActivations(DestinationsPage, ['destinations', 'new', 'facebook']);
    await page.getByRole('button', { name: 'Save destination' }).click();
    await expect.element(page.getByText('Ad account id is required.')).toBeVisible();
    await expect.element(page.getByText('Access token is required.')).toBeVisible();
    await expect.element(page.getByLabelText('Ad account id')).toHaveFocus();
    expect(inputsOf(state, 'destinations.save')).toEqual([]);
    await judgePage();
  });

  it('fills an empty host key with the one that the server shows, and tests with it', async () => {
    const state = await renderActivations(DestinationsPage, ['destinations', 'new', 'sftp']);
    await page.getByLabelText('Host', { exact: true }).fill('sftp.example.com');
    await page.getByLabelText('User').fill('slipway');
    await page.getByLabelText('Private key').fill('key');
    await page.getByRole('button', { name: 'Test destination' }).click();
    await expect.element(page.getByLabelText('Host key')).toHaveValue(SERVER_KEY);
    await expect.element(page.getByText(/“Host key” now holds the fingerprint/)).toBeVisible();
    await judgePage();
    await page.getByRole('button', { name: 'Test destination' }).click();
    await expect.element(page.getByText('The destination can be used')).toBeVisible();
    await expect.element(page.getByText('It is there.')).toBeVisible();
    await page.getByRole('button', { name: 'Save destination' }).click();
    await expect
      .poll(() => inputsOf(state, 'destinations.save'))
      .toEqual([
        {
          label: 'SFTP',
          kind: 'sftp',
          settings: { host: 'sftp.example.com', hostKey: SERVER_KEY, user: 'slipway' },
          secrets: { privateKey: 'key' },
        },
      ]);
    await expect.element(page.getByRole('heading', { name: 'SFTP' })).toBeVisible();
  });

  it('never takes over a key that changed', async () => {
    const other = `SHA256:${'A'.repeat(43)}`;
    await renderActivations(DestinationsPage, ['destinations', PARTNER.id], {
      destinations: [{ ...PARTNER, settings: { ...PARTNER.settings, hostKey: other } }],
    });
    await page.getByRole('button', { name: 'Test destination' }).click();
    await expect.element(page.getByLabelText('Failed')).toBeVisible();
    await expect.element(page.getByLabelText('Host key')).toHaveValue(other);
  });

  it('keeps the line breaks of a pasted private key', async () => {
    const state = await renderActivations(DestinationsPage, ['destinations', PARTNER.id]);
    const pem = '-----BEGIN KEY-----\nabc\n-----END KEY-----\n';
    const field = page.getByLabelText('Private key');
    await expect.element(field).toHaveValue('');
    await expect.element(page.getByText('Stored in the keychain. Type to replace.')).toBeVisible();
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pem);
    field
      .element()
      .dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    await page.getByRole('button', { name: 'Save destination' }).click();
    await expect
      .poll(() => inputsOf(state, 'destinations.save'))
      .toMatchObject([{ id: PARTNER.id, secrets: { privateKey: pem } }]);
  });

  it('shows what the engine refuses, and holds a leave while changes are not saved', async () => {
    await renderActivations(DestinationsPage, ['destinations', PARTNER.id]);
    await page.getByRole('textbox', { name: 'Name' }).fill(META.label);
    await page.getByRole('button', { name: 'Save destination' }).click();
    await expect
      .poll(() => textOf(page.getByRole('alert')))
      .toContain(`Another destination is named “${META.label}”.`);
    router.go('runs');
    await expect.poll(() => router.wanted).toBe('#/runs');
    router.stay();
    await page.getByRole('textbox', { name: 'Name' }).fill(PARTNER.label);
    router.go('runs');
    await expect.poll(() => router.route.page).toBe('runs');
  });
});
