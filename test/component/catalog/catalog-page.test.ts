import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import CatalogPage from '../../../renderer/features/catalog/CatalogPage.svelte';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { SAMPLE, WORKSPACE } from '../support/canned-lakehouse.ts';
import { renderPage } from '../support/render-page.ts';

const answers = { connections: [SAMPLE] };

describe('the catalog page', () => {
  it('opens the only schema and shows a table with its columns and row count', async () => {
    await renderPage(CatalogPage, ['catalog'], answers);
    await page.getByRole('treeitem', { name: /households/ }).click();
    await expect.element(page.getByRole('heading', { name: 'households' })).toBeVisible();
    await expect.element(page.getByRole('button', { name: 'loyalty_tier' })).not.toBeInTheDocument();
    await expect.element(page.getByRole('row', { name: /loyalty_tier VARCHAR Yes bronze/ })).toBeVisible();
    await expect.element(page.getByText('From metadata, 20 Nov 2026, 09:30')).toBeVisible();
    expect(router.route.rest).toEqual(['main', 'retail', 'households']);
  });

  it('replaces the row count of the metadata by a count', async () => {
    await renderPage(CatalogPage, ['catalog', 'main', 'retail', 'households'], answers);
    await page.getByRole('button', { name: 'Count now' }).click();
    await expect.element(page.getByText('2,511')).toBeVisible();
    await expect.element(page.getByText('Counted 20 Nov 2026, 09:30')).toBeVisible();
  });

  it('answers each keystroke of the search with tables and the column that matched', async () => {
    await renderPage(CatalogPage, ['catalog'], answers);
    const search = page.getByRole('searchbox', { name: 'Search tables and columns' });
    await search.fill('email');
    await expect.element(page.getByRole('treeitem', { name: 'households email' })).toBeVisible();
    expect(page.getByRole('treeitem').elements()).toHaveLength(1);
    await search.fill('no such thing');
    await expect.element(page.getByText('Nothing matches “no such thing”.')).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('treeitem', { name: /transactions/ })).toBeVisible();
  });

  it('reads a catalog for the first time with progress', async () => {
    await renderPage(CatalogPage, ['catalog'], { connections: [WORKSPACE], catalogRead: false, pace: 60 });
    await page.getByRole('button', { name: 'Read the catalog' }).click();
    await expect.element(page.getByRole('progressbar')).toBeVisible();
    await expect.element(page.getByText('6 tables, 20 columns')).toBeVisible();
    await expect.element(page.getByRole('treeitem', { name: /retail/ })).toBeVisible();
  });

  it('cancels a refresh without an error and keeps the tables', async () => {
    await renderPage(CatalogPage, ['catalog'], { ...answers, pace: 400 });
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('button', { name: 'Cancel refresh' }).click();
    await expect.element(page.getByRole('button', { name: 'Refresh' })).toBeVisible();
    expect(page.getByRole('alert').elements()).toHaveLength(0);
    await expect.element(page.getByRole('treeitem', { name: /households/ })).toBeVisible();
  });

  it('names the next act for a table that vanished', async () => {
    await renderPage(CatalogPage, ['catalog', 'main', 'retail', 'gone'], answers);
    await expect.element(page.getByText('The table is no longer in the catalog.')).toBeVisible();
    await expect.element(page.getByText('Refresh the catalog.')).toBeVisible();
  });
});
