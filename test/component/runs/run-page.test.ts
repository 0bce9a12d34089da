import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import RunsPage from '../../../renderer/features/runs/RunsPage.svelte';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { judgePage } from '../support/judge-page.ts';
import { FAILED_RUN, RUN } from '../support/canned-lakehouse.ts';
import {
  FAILED_ACTIVATION,
  FILE_RUN,
  INTERRUPTED_RUN,
  makeActivationRun,
  makeBatch,
  makeOpenRun,
  PAUSED_RUN,
} from '../support/canned-runs.ts';
import { renderRuns } from '../support/runs-engine.ts';

const running = makeOpenRun({ id: 'run-8', status: 'running' });
const button = (name: string) => page.getByRole('button', { name, exact: true });
const actNames = () =>
  ['Send anyway', 'Resume', 'Cancel run', 'Try rejected rows again'].filter(
    (name) => button(name).elements().length > 0,
  );
const count = (label: string) =>
  page.getByText(label, { exact: true }).element().parentElement?.querySelector('dd')?.textContent;

describe('the page of an activation’s run', () => {
  it('shows how far a run is, and its end by itself', async () => {
    const state = await renderRuns(RunsPage, ['run-8'], {
      runs: [running],
      progress: { handled: 40, total: 109, rowsPerSecond: 20.4, secondsLeft: 4 },
    });
    await expect
      .element(page.getByRole('progressbar', { name: '40 of 109 rows' }))
      .toHaveAttribute('aria-valuenow', '37');
    await expect.element(page.getByText('20 rows a second · less than a minute left')).toBeVisible();
    expect(actNames()).toEqual(['Cancel run']);
    state.runs = [makeActivationRun({ id: 'run-8', status: 'incomplete' })];
    await expect
      .element(page.getByText('It ended with rows that were not taken.', { exact: false }))
      .toBeVisible();
    await expect.element(page.getByRole('progressbar')).not.toBeInTheDocument();
    await judgePage();
  });

  it('cancels a run once that was confirmed', async () => {
    const state = await renderRuns(RunsPage, ['run-8'], { runs: [running] });
    await button('Cancel run').click();
    const dialog = page.getByRole('alertdialog', { name: 'Cancel the run?' });
    await expect.element(dialog.getByText('107 rows taken so far stay', { exact: false })).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(dialog).not.toBeInTheDocument();
    expect(state.calls.filter((each) => each.startsWith('cancel'))).toEqual([]);
    await button('Cancel run').click();
    await dialog.getByRole('button', { name: 'Cancel run' }).click();
    await expect.element(page.getByText('It was cancelled.', { exact: false })).toBeVisible();
    expect(state.calls).toContain('cancel run-8');
    await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
  });

  it('lets a paused run go on by keyboard, after saying what it stopped at', async () => {
    const state = await renderRuns(RunsPage, ['run-4'], { runs: [PAUSED_RUN] });
    const { message = '' } = PAUSED_RUN.pause ?? {};
    await expect.element(page.getByText(message)).toBeVisible();
    await judgePage();
    button('Send anyway').element().focus();
    await userEvent.keyboard('{Enter}');
    const dialog = page.getByRole('alertdialog', { name: 'Send anyway?' });
    await expect.element(dialog.getByText(message)).toBeVisible();
    await expect.element(dialog.getByRole('button', { name: 'Cancel' })).toHaveFocus();
    await userEvent.keyboard('{Tab}{Enter}');
    await expect.poll(() => state.calls).toContain('approve run-4');
    await expect.element(page.getByRole('progressbar')).toBeVisible();
    await expect.element(dialog).not.toBeInTheDocument();
    await expect.poll(() => document.activeElement?.textContent.trim()).toBe('Open activation');
  });

  it('resumes an interrupted run', async () => {
    const state = await renderRuns(RunsPage, ['run-5'], { runs: [INTERRUPTED_RUN] });
    await expect
      .element(page.getByText('Resume goes on at the batch where it stopped.', { exact: false }))
      .toBeVisible();
    expect(actNames()).toEqual(['Resume', 'Cancel run']);
    await button('Resume').click();
    await expect.element(page.getByRole('progressbar')).toBeVisible();
    expect(state.calls).toContain('resume run-5');
  });

  it('says why a run failed, and why an act was refused', async () => {
    await renderRuns(RunsPage, ['run-6'], {
      runs: [FAILED_ACTIVATION],
      refusal: { code: 'IN_USE', message: 'Another run is under way.', help: 'Wait for it.', retry: 'later' },
    });
    await expect.element(page.getByText('Facebook refuses the access token.')).toBeVisible();
    await expect.element(page.getByText('Of 100 rows it cannot be told', { exact: false })).toBeVisible();
    expect(actNames()).toEqual(['Resume', 'Try rejected rows again']);
    expect(count('Not sent')).toBe('110');
    await judgePage();
    await button('Resume').click();
    await expect.element(page.getByText('Another run is under way.')).toBeVisible();
    await expect.element(page.getByText('Facebook refuses the access token.')).toBeVisible();
  });

  it('tries rejected rows again by a run of its own, which leads back', async () => {
    const state = await renderRuns(RunsPage, ['run-3'], { runs: [makeActivationRun()] });
    await button('Try rejected rows again').click();
    await expect.poll(() => router.route.rest).toEqual(['run-9']);
    expect(state.calls).toContain('retryRejected run-3');
    await page.getByRole('link', { name: 'an earlier run' }).click();
    await expect.poll(() => router.route.rest).toEqual(['run-3']);
  });

  it('offers that for rows only that were held in a table', async () => {
    await renderRuns(RunsPage, ['run-3'], { runs: [makeActivationRun({ pin: 'query' })] });
    await expect.element(page.getByText('The reasons are under Rejected.', { exact: false })).toBeVisible();
    expect(actNames()).toEqual([]);
  });

  it('leads to the activation, on its connection', async () => {
    await renderRuns(RunsPage, ['run-3'], { runs: [makeActivationRun()] });
    await page.getByRole('link', { name: 'Open activation' }).click();
    await expect.poll(() => location.hash).toBe('#/activations/daily-paid-media');
    expect(localStorage.getItem('slipway.connection')).toBe('sample');
  });

  it('says that nothing had to be sent', async () => {
    const counts = { members: 412, adds: 0, removes: 0, unchanged: 412, taken: 0, rejected: 0, unknown: 0 };
    await renderRuns(RunsPage, ['run-3'], { runs: [makeActivationRun({ status: 'succeeded', counts })] });
    await expect
      .element(page.getByText('Nothing had changed since the last run', { exact: false }))
      .toBeVisible();
    expect(actNames()).toEqual([]);
  });

  it('knows no run of another computer', async () => {
    await renderRuns(RunsPage, ['run-99']);
    await expect.element(page.getByText('No run “run-99”')).toBeVisible();
    await button('All runs').click();
    await expect.poll(() => router.route.rest).toEqual([]);
  });
});

describe('what a run keeps', () => {
  it('opens a batch with its request, answer and error', async () => {
    const refused = makeBatch(2, {
      status: 'refused',
      attempts: 3,
      error: {
        code: 'DELIVERY_REJECTED',
        message: 'The schema is unknown.',
        help: 'Check it.',
        retry: 'after-fix',
      },
    });
    await renderRuns(RunsPage, ['run-3'], { runs: [makeActivationRun()], batches: [makeBatch(1), refused] });
    await expect.element(page.getByRole('row', { name: /Batch 2 Add 50 0 6\.4 kB 3 Refused/ })).toBeVisible();
    button('Batch 2').element().focus();
    await userEvent.keyboard('{Enter}');
    const dialog = page.getByRole('dialog', { name: 'Batch 2' });
    await expect.element(dialog.getByText('POST https://graph.facebook.com/v25.0/120/users')).toBeVisible();
    await expect.element(dialog.getByText('The schema is unknown.')).toBeVisible();
    await expect.element(dialog.getByText('51 to 100')).toBeVisible();
    await judgePage();
    await userEvent.keyboard('{Escape}');
    await expect.element(dialog).not.toBeInTheDocument();
    await expect.element(button('Batch 2')).toHaveFocus();
  });

  it('turns the pages of many batches', async () => {
    const batches = Array.from({ length: 150 }, (_, at) => makeBatch(at + 1));
    await renderRuns(RunsPage, ['run-3'], { runs: [makeActivationRun()], batches });
    await expect.element(button('Batch 100')).toBeVisible();
    await expect.element(button('Batch 101')).not.toBeInTheDocument();
    await expect.element(button('Previous')).toBeDisabled();
    await button('Next').click();
    await expect.element(button('Batch 150')).toBeVisible();
    await expect.element(button('Next')).toBeDisabled();
    await button('Previous').click();
    await expect.element(button('Batch 1')).toBeVisible();
  });

  it('counts the reasons of rejected rows, then lists the rows by position', async () => {
    const rejected = [
      { seq: 51, field: 'phone', reason: 'is no phone number' },
      { seq: 60, reason: 'the destination refused the row' },
      ...Array.from({ length: 110 }, (_, at) => ({
        seq: 100 + at,
        field: 'phone',
        reason: 'is no phone number',
      })),
    ];
    await renderRuns(RunsPage, ['run-3'], { runs: [makeActivationRun()], rejected });
    await page.getByRole('tab', { name: /^Rejected/ }).click();
    await expect.poll(() => router.route.rest).toEqual(['run-3', 'rejected']);
    const reasons = page.getByRole('table', { name: 'Reasons' });
    await expect.element(reasons.getByRole('row', { name: 'is no phone number phone 111' })).toBeVisible();
    await expect.element(reasons.getByRole('row', { name: /refused the row whole row 1/ })).toBeVisible();
    const rows = page.getByRole('table', { name: 'Rejected rows' }).getByRole('row');
    await expect.poll(() => rows.elements().length).toBe(101);
    await button('Next').click();
    await expect.poll(() => rows.elements().length).toBe(13);
    await judgePage();
  });

  it('names the files with their digests, to copy', async () => {
    await renderRuns(RunsPage, ['run-7'], { runs: [FILE_RUN] });
    await expect
      .element(page.getByRole('row', { name: /bundle-target\.csv 412 18 kB 9f86d081/ }))
      .toBeVisible();
    await button('Copy the SHA-256 of bundle-target.csv').click();
    await expect.element(button('Copied')).toBeVisible();
    await judgePage();
  });

  it('shows the statement as it ran; the tabs follow the arrow keys', async () => {
    await renderRuns(RunsPage, ['run-3', 'files'], { runs: [makeActivationRun()] });
    await page.getByRole('tab', { name: /^Files/ }).click();
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(page.getByRole('region', { name: 'Statement' })).toBeVisible();
    await expect.element(page.getByText('statement-9')).toBeVisible();
    await judgePage();
  });
});

describe('the page of an export', () => {
  it('shows file, digest and statement', async () => {
    await renderRuns(RunsPage, ['run-1'], { runs: [RUN] });
    await expect.element(page.getByText('The file is complete.', { exact: false })).toBeVisible();
    await expect.element(page.getByText(RUN.digest ?? '')).toBeVisible();
    await expect.element(page.getByRole('region', { name: 'Statement' })).toBeVisible();
    await judgePage();
  });

  it('says why it failed', async () => {
    await renderRuns(RunsPage, ['run-2'], { runs: [FAILED_RUN] });
    await expect.element(page.getByText('The folder is read-only.')).toBeVisible();
    await expect.element(page.getByText('Choose another folder.')).toBeVisible();
  });
});
