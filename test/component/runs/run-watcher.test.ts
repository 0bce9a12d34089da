import { afterEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { toasts } from '../../../renderer/ui/toasts.svelte.ts';
import { RUN } from '../support/canned-lakehouse.ts';
import { makeActivationRun, makeOpenRun, PAUSED_RUN } from '../support/canned-runs.ts';
import { renderRuns } from '../support/runs-engine.ts';
import WatcherStage from '../support/WatcherStage.svelte';

const running = makeOpenRun({ status: 'running' });

afterEach(() => {
  for (const { id } of toasts.shown) toasts.close(id);
});

describe('the watcher of runs', () => {
  it('says what came of a run that ended, and leads to it', async () => {
    const state = await renderRuns(WatcherStage, [], { runs: [running] });
    await expect.poll(() => state.calls.length).toBeGreaterThan(1);
    state.runs = [makeActivationRun()];
    await expect.element(page.getByText('Paid media → Facebook: 107 taken, 2 rejected')).toBeVisible();
    await page.getByRole('button', { name: 'Open' }).click();
    await expect.poll(() => router.route.rest).toEqual(['run-3']);
  });

  it('says why a run waits for a person, also one that it never saw running', async () => {
    const state = await renderRuns(WatcherStage, [], { runs: [RUN] });
    await expect.poll(() => state.calls.length).toBeGreaterThan(1);
    state.runs = [PAUSED_RUN, RUN];
    await expect.element(page.getByText('Paid media → Facebook: paused, 61 taken, 39 rejected')).toBeVisible();
    await expect.element(page.getByText('39 of 100 rows were rejected', { exact: false })).toBeVisible();
  });

  it('is silent about what had ended before, and about a cancel', async () => {
    const state = await renderRuns(WatcherStage, [], { runs: [running, RUN] });
    await expect.poll(() => state.calls.length).toBeGreaterThan(1);
    state.runs = [makeActivationRun({ status: 'cancelled' }), RUN];
    const before = state.calls.length;
    await expect.poll(() => state.calls.length).toBeGreaterThan(before + 2);
    expect(toasts.shown).toEqual([]);
  });
});
