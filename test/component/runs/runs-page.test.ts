import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import RunsPage from '../../../renderer/features/runs/RunsPage.svelte';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { RUN, SAMPLE } from '../support/canned-lakehouse.ts';
import { renderPage } from '../support/render-page.ts';

describe('the runs page', () => {
  it('lists what ran, with rows, size and duration', async () => {
    await renderPage(RunsPage, ['runs'], { connections: [SAMPLE] });
    await expect
      .element(page.getByRole('row', { name: /Bundle target Succeeded 412 18 kB CSV 1\.2 s/ }))
      .toBeVisible();
  });

  it('opens a run by keyboard and closes it with Escape', async () => {
    await renderPage(RunsPage, ['runs'], { connections: [SAMPLE] });
    const opener = page.getByRole('button', { name: 'Bundle target' });
    await expect.element(opener).toBeVisible();
    opener.element().focus();
    await userEvent.keyboard('{Enter}');
    const dialog = page.getByRole('dialog', { name: 'Bundle target' });
    await expect.element(dialog.getByText(RUN.digest ?? '')).toBeVisible();
    await expect.element(dialog.getByLabelText('Statement')).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(dialog).not.toBeInTheDocument();
    await expect.poll(() => router.route.rest).toEqual([]);
  });

  it('says why a run failed', async () => {
    await renderPage(RunsPage, ['runs', 'run-2'], { connections: [SAMPLE] });
    const dialog = page.getByRole('dialog', { name: 'Paid media' });
    await expect.element(dialog.getByText('The folder is read-only.')).toBeVisible();
    await expect.element(dialog.getByText('Choose another folder.')).toBeVisible();
  });
});
