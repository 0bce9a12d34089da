import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import RunsPage from '../../../renderer/features/runs/RunsPage.svelte';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { judgePage } from '../support/judge-page.ts';
import { makeEntries } from '../support/canned-runs.ts';
import { renderRuns } from '../support/runs-engine.ts';

const HEAD = '3'.padStart(64, '0');
const button = (name: string) => page.getByRole('button', { name, exact: true });

describe('the ledger', () => {
  it('lists what left, the newest first, and opens an entry by keyboard', async () => {
    await renderRuns(RunsPage, ['ledger'], { ledger: makeEntries(3) });
    const newest = page.getByRole('row').nth(1);
    await expect
      .element(newest)
      .toMatchTextContent(/20 Nov 2026, 12:00:02\s*ana\s*Batch\s*batch 3, attempt 1\s*Facebook \(facebook\)/);
    await judgePage();
    newest.getByRole('button').element().focus();
    await userEvent.keyboard('{Enter}');
    const dialog = page.getByRole('dialog', { name: 'Entry 3' });
    await expect.element(dialog.getByText('trim, lower case, SHA-256')).toBeVisible();
    await expect.element(dialog.getByText(HEAD)).toBeVisible();
    await judgePage();
    await dialog.getByRole('link', { name: 'Open the run' }).click();
    await expect.poll(() => router.route.rest).toEqual(['run-3']);
  });

  it('turns pages towards the older entries', async () => {
    await renderRuns(RunsPage, ['ledger'], { ledger: makeEntries(130) });
    await expect.element(page.getByText('batch 130, attempt 1')).toBeVisible();
    await button('Next').click();
    await expect.element(page.getByText('batch 30, attempt 1')).toBeVisible();
    await expect.element(page.getByText('batch 31, attempt 1')).not.toBeInTheDocument();
    await expect.element(button('Next')).toBeDisabled();
  });

  it('verifies that all entries fit, and gives the head to copy', async () => {
    await renderRuns(RunsPage, ['ledger'], { ledger: makeEntries(3), check: { entries: 3, head: HEAD } });
    await button('Verify').click();
    await expect.element(page.getByText('All 3 entries fit.')).toBeVisible();
    await expect.element(page.getByText(HEAD)).toBeVisible();
    await button('Copy the head of the ledger').click();
    await expect.element(button('Copied')).toBeVisible();
    await judgePage();
  });

  it('names the first entry that does not fit', async () => {
    const state = await renderRuns(RunsPage, ['ledger'], {
      ledger: makeEntries(3),
      check: { entries: 3, head: HEAD, broken: { position: 2, message: 'Its digest is another one.' } },
    });
    await button('Verify').click();
    await expect.element(page.getByText('Entry 2 does not fit.')).toBeVisible();
    await expect.element(page.getByText('Its digest is another one.')).toBeVisible();
    await judgePage();
    state.check = { entries: 3, head: HEAD };
    await button('Verify').click();
    await expect.element(page.getByText('All 3 entries fit.')).toBeVisible();
  });

  it('is written to a path, and replaces a file only once that was confirmed', async () => {
    const state = await renderRuns(RunsPage, ['ledger'], {
      ledger: makeEntries(3),
      files: ['/data/ledger.jsonl'],
    });
    await button('Export…').click();
    await button('Export to file').click();
    await expect.element(page.getByText('Enter the path of the file', { exact: false })).toBeVisible();
    await page.getByRole('textbox', { name: 'Path of the file' }).fill('/data/ledger.jsonl');
    await button('Export to file').click();
    await expect.element(page.getByText('/data/ledger.jsonl already exists.')).toBeVisible();
    await judgePage();
    await button('Replace the file').click();
    await expect.element(page.getByText('3 entries exported')).toBeVisible();
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
    expect(state.calls).toEqual(['export /data/ledger.jsonl', 'export /data/ledger.jsonl over']);
  });

  it('is reached by the arrow keys, and says where nothing has left', async () => {
    await renderRuns(RunsPage, []);
    await expect.element(page.getByRole('tab', { name: 'History' })).toBeVisible();
    page.getByRole('tab', { name: 'History' }).element().focus();
    await userEvent.keyboard('{ArrowRight}');
    await expect.poll(() => router.route.rest).toEqual(['ledger']);
    await expect.element(page.getByText('No entries')).toBeVisible();
  });
});
