import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import ConnectionsPage from '../../../renderer/features/connections/ConnectionsPage.svelte';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { SAMPLE, WORKSPACE } from '../support/canned-lakehouse.ts';
import { renderPage } from '../support/render-page.ts';

describe('the connections page', () => {
  it('opens the sample lakehouse with one click on first start', async () => {
    await renderPage(ConnectionsPage, ['connections']);
    await page.getByRole('button', { name: 'Open the sample lakehouse' }).click();
    await expect.element(page.getByRole('heading', { name: 'Sample lakehouse' })).toBeVisible();
    await expect.element(page.getByText('Active', { exact: true })).toBeVisible();
    expect(localStorage.getItem('slipway.connection')).toBe('sample');
  });

  it('lists every connection and switches the active one', async () => {
    await renderPage(ConnectionsPage, ['connections'], { connections: [SAMPLE, WORKSPACE] });
    await expect.element(page.getByRole('heading', { name: 'Retail production' })).toBeVisible();
    await page.getByRole('button', { name: 'Use this connection' }).click();
    expect(localStorage.getItem('slipway.connection')).toBe('retail-prod');
  });

  it('asks before removing a connection, and removes it', async () => {
    await renderPage(ConnectionsPage, ['connections'], { connections: [SAMPLE, WORKSPACE] });
    await page.getByRole('button', { name: 'Acts on Retail production' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await expect.element(page.getByText(/Nothing in the lakehouse changes/)).toBeVisible();
    await page.getByRole('button', { name: 'Remove connection' }).click();
    await expect.element(page.getByRole('heading', { name: 'Retail production' })).not.toBeInTheDocument();
    await expect.element(page.getByRole('heading', { name: 'Sample lakehouse' })).toBeVisible();
  });

  it('says so where the address names no connection', async () => {
    await renderPage(ConnectionsPage, ['connections', 'gone'], { connections: [SAMPLE] });
    await expect.element(page.getByRole('heading', { name: 'This connection does not exist' })).toBeVisible();
  });
});

describe('the form of a connection', () => {
  it('names the fields that are missing and puts the focus on the first', async () => {
    const { saved } = await renderPage(ConnectionsPage, ['connections', 'new']);
    await page.getByRole('radio', { name: /Databricks/ }).click();
    await page.getByRole('button', { name: 'Save connection' }).click();
    await expect.element(page.getByText('Server hostname is required.')).toBeVisible();
    await expect.element(page.getByText('Access token is required.')).toBeVisible();
    await expect.element(page.getByLabelText('Server hostname')).toHaveFocus();
    expect(saved).toEqual([]);
  });

  it('walks the steps of a test to a clear success, then saves settings and secret apart', async () => {
    const { saved } = await renderPage(ConnectionsPage, ['connections', 'new']);
    await page.getByRole('radio', { name: /Databricks/ }).click();
    await page.getByLabelText('Server hostname').fill('adb-1.azuredatabricks.net');
    await page.getByLabelText('HTTP path').fill('/sql/1.0/warehouses/abc');
    await page.getByLabelText('Access token').fill('dapi-secret');
    await page.getByRole('button', { name: 'Test connection' }).click();
    await expect.element(page.getByText('Connection successful')).toBeVisible();
    await expect.element(page.getByText('34 ms')).toBeVisible();
    await page.getByRole('button', { name: 'Save connection' }).click();
    await expect.element(page.getByRole('heading', { name: 'Databricks' })).toBeVisible();
    expect(saved).toEqual([
      {
        label: 'Databricks',
        kind: 'databricks',
        settings: {
          host: 'adb-1.azuredatabricks.net',
          httpPath: '/sql/1.0/warehouses/abc',
          port: 443,
          auth: 'token',
        },
        secrets: { token: 'dapi-secret' },
      },
    ]);
  });

  it('shows what failed, why and the next act, and forgets it once a setting changes', async () => {
    await renderPage(ConnectionsPage, ['connections', 'retail-prod'], {
      connections: [WORKSPACE],
      testFailure: {
        code: 'AUTH_FAILED',
        message: 'The workspace refused the token.',
        help: 'Create a new token in the workspace.',
        retry: 'after-fix',
      },
    });
    await page.getByRole('button', { name: 'Test connection' }).click();
    await expect.element(page.getByText('The workspace refused the token.')).toBeVisible();
    await expect.element(page.getByText('Create a new token in the workspace.')).toBeVisible();
    await expect.element(page.getByLabelText('Failed')).toBeVisible();
    await page.getByLabelText('HTTP path').fill('/sql/other');
    await expect.element(page.getByText('The workspace refused the token.')).not.toBeInTheDocument();
  });

  it('opens at the secret that was refused, without showing the old one', async () => {
    await renderPage(ConnectionsPage, ['connections', 'retail-prod', 'token'], { connections: [WORKSPACE] });
    await expect.element(page.getByLabelText('Access token')).toHaveFocus();
    await expect.element(page.getByLabelText('Access token')).toHaveValue('');
  });

  it('never shows a stored secret and keeps it where nothing is typed', async () => {
    const { saved } = await renderPage(ConnectionsPage, ['connections', 'retail-prod'], {
      connections: [WORKSPACE],
    });
    const token = page.getByLabelText('Access token');
    await expect.element(token).toHaveValue('');
    await expect.element(page.getByText('Stored in the keychain. Type to replace.')).toBeVisible();
    await page.getByRole('button', { name: 'Save connection' }).click();
    await expect.poll(() => saved).toHaveLength(1);
    expect(saved[0]).toMatchObject({ id: 'retail-prod', secrets: {} });
  });

  it('holds a leave while changes are not saved', async () => {
    await renderPage(ConnectionsPage, ['connections', 'retail-prod'], { connections: [WORKSPACE] });
    await page.getByRole('textbox', { name: 'Name' }).fill('Renamed');
    router.go('runs');
    await expect.poll(() => router.wanted).toBe('#/runs');
    expect(router.route.page).toBe('connections');
    router.stay();
    await page.getByRole('textbox', { name: 'Name' }).fill('Retail production');
    router.go('runs');
    await expect.poll(() => router.route.page).toBe('runs');
  });
});
