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
  makeOpenRun,
  PAUSED_RUN,
} from '../support/canned-runs.ts';
import { renderRuns } from '../support/runs-engine.ts';

const running = makeOpenRun({ id: 'run-8', status: 'running', audienceName: 'Evening' });
const cancelled = makeActivationRun({ id: 'run-10', status: 'cancelled' });
const runs = [
  running,
  PAUSED_RUN,
  INTERRUPTED_RUN,
  makeActivationRun(),
  FAILED_ACTIVATION,
  cancelled,
  FILE_RUN,
  FAILED_RUN,
  RUN,
];
const progress = { handled: 250, total: 1000, rowsPerSecond: 80, secondsLeft: 600 };
const bodyRows = () => page.getByRole('row').elements().length - 1;

async function choose(filter: RegExp, choice: string): Promise<void> {
  await page.getByRole('combobox', { name: filter }).click();
  await page.getByRole('option', { name: choice, exact: true }).click();
}

describe('the history of runs', () => {
  it('says of each run what it sent where, how it ended, how much, how long and by whom', async () => {
    await renderRuns(RunsPage, [], { runs, progress });
    await expect
      .element(
        page.getByRole('row', {
          name: /Bundle target → bundle-target\.csv CSV Export Succeeded 412 1\.2 s 20 Nov 2026, 10:00 ana/,
        }),
      )
      .toBeVisible();
    await expect
      .element(
        page.getByRole('row', {
          name: /Paid media → Facebook Daily paid media Mirror Incomplete 107 2 rejected 4\.1 s .* ana, schedule/,
        }),
      )
      .toBeVisible();
    for (const word of ['Running', 'Paused', 'Interrupted', 'Incomplete', 'Cancelled'])
      await expect.element(page.getByRole('cell', { name: new RegExp(`^${word}`) })).toBeVisible();
    await expect.poll(() => page.getByRole('cell', { name: 'Failed' }).elements().length).toBe(2);
    await judgePage();
  });

  it('follows a run that goes on, and looks no more once it has ended', async () => {
    const state = await renderRuns(RunsPage, [], { runs: [running], progress: { ...progress } });
    const bar = page.getByRole('progressbar', { name: '250 of 1,000 rows' });
    await expect.element(bar).toHaveAttribute('aria-valuenow', '25');
    await expect.element(page.getByText('about 10 min left')).toBeVisible();
    state.progress = { handled: 500, total: 1000 };
    await expect.element(page.getByRole('progressbar', { name: '500 of 1,000 rows' })).toBeVisible();
    state.runs = [makeActivationRun({ id: 'run-8', status: 'succeeded' })];
    await expect.element(page.getByRole('cell', { name: 'Succeeded' })).toBeVisible();
    const looks = state.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(state.calls.length).toBe(looks);
  });

  it('is filtered by status, by kind and by text', async () => {
    await renderRuns(RunsPage, [], { runs, progress });
    await expect.poll(bodyRows).toBe(9);
    await choose(/^Status/, 'Failed');
    await expect.poll(bodyRows).toBe(2);
    await choose(/^Kind/, 'Exports');
    await expect.poll(bodyRows).toBe(1);
    await page.getByRole('searchbox', { name: 'Search runs' }).fill('nothing like it');
    await expect.element(page.getByText('No run fits')).toBeVisible();
    await choose(/^Status/, 'All statuses');
    await choose(/^Kind/, 'Exports and activations');
    await page.getByRole('searchbox', { name: 'Search runs' }).fill('weekly sftp');
    await expect.poll(bodyRows).toBe(1);
    await expect.element(page.getByText('Bundle target → Partner SFTP')).toBeVisible();
  });

  it('opens a run by keyboard, and the browser goes back', async () => {
    await renderRuns(RunsPage, [], { runs: [RUN] });
    const opener = page.getByRole('button', { name: 'Bundle target → bundle-target.csv CSV' });
    await expect.element(opener).toBeVisible();
    opener.element().focus();
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => router.route.rest).toEqual(['run-1']);
    await expect
      .element(page.getByRole('heading', { name: 'Bundle target → bundle-target.csv' }))
      .toBeVisible();
    history.back();
    await expect.element(page.getByRole('tab', { name: 'History' })).toBeVisible();
  });

  it('says what to do where there is no run', async () => {
    await renderRuns(RunsPage, []);
    await expect.element(page.getByText('No runs')).toBeVisible();
  });
});
