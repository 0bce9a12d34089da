import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { FoundChange } from '../../../electron/domain/catalog-change.ts';
import type { SchemaGap } from '../../../electron/domain/catalog.ts';
import CatalogPage from '../../../renderer/features/catalog/CatalogPage.svelte';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { AS_OF, SAMPLE, WORKSPACE } from '../support/canned-lakehouse.ts';
import { renderPage } from '../support/render-page.ts';

const answers = { connections: [SAMPLE] };
const text = { kind: 'text', native: 'VARCHAR' } as const;
const CHANGES: FoundChange[] = [
  {
    id: 1,
    foundAt: AS_OF,
    change: {
      kind: 'column-gone',
      path: { catalog: 'main', schema: 'retail', table: 'households' },
      column: 'email',
      was: text,
    },
    breaks: [
      { kind: 'attribute', id: 'customer.email', name: 'E-mail of Household' },
      { kind: 'audience', id: 'emailable', name: 'Emailable' },
    ],
  },
  {
    id: 2,
    foundAt: AS_OF,
    change: {
      kind: 'column-new',
      path: { catalog: 'main', schema: 'retail', table: 'campaigns' },
      column: 'owner',
      now: text,
    },
    breaks: [],
  },
];

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
    await expect.element(page.getByText('Counted by a query, 20 Nov 2026, 09:30')).toBeVisible();
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

  it('lists what changed with what it breaks, linked, until it is dismissed', async () => {
    await renderPage(CatalogPage, ['catalog'], { ...answers, changes: CHANGES });
    const changes = page.getByRole('region', { name: 'Changes in the lakehouse' });
    await expect.element(changes.getByText(/1 change breaks parts that are in use/)).toBeVisible();
    await expect.element(changes.getByText(/Audiences are counted again once/)).toBeVisible();
    const audience = changes.getByRole('link', { name: 'Emailable' });
    await expect.element(audience).toHaveAttribute('href', '#/audiences/emailable');
    await expect
      .element(changes.getByRole('link', { name: 'E-mail of Household' }))
      .toHaveAttribute('href', '#/model');
    await changes.getByRole('button', { name: /^Dismiss: The column email is gone/ }).click();
    await expect.element(changes.getByText('None breaks a part of the model or an audience.')).toBeVisible();
    await changes.getByRole('button', { name: 'Dismiss all' }).click();
    await expect.element(changes).not.toBeInTheDocument();
  });

  it('says after a refresh how much changed', async () => {
    await renderPage(CatalogPage, ['catalog'], { ...answers, changes: CHANGES });
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect.element(page.getByText('6 tables, 20 columns, 2 changes')).toBeVisible();
  });

  it('names the grant that opens a schema which could not be read', async () => {
    const gaps: SchemaGap[] = [
      { catalog: 'main', schema: 'finance', reason: 'denied', privilege: 'USE SCHEMA' },
      { catalog: 'main', schema: 'bare', reason: 'empty', privilege: 'SELECT' },
    ];
    await renderPage(CatalogPage, ['catalog'], { ...answers, gaps });
    await page.getByText('1 place could not be read').click();
    await expect
      .element(page.getByText('Not readable. Grant USE SCHEMA on it to the account.'))
      .toBeVisible();
    await expect.element(page.getByText('main.bare')).toBeVisible();
    await expect.element(page.getByRole('treeitem', { name: /households/ })).toBeVisible();
  });

  it('reads the size of a table on demand, and says where it comes from', async () => {
    await renderPage(CatalogPage, ['catalog', 'main', 'retail', 'households'], { ...answers, sizes: true });
    await page.getByRole('button', { name: 'Read the size' }).click();
    await expect.element(page.getByText('48 MB')).toBeVisible();
    await expect.element(page.getByText('From metadata, 12 files, 20 Nov 2026, 09:30')).toBeVisible();
  });
});
