import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page } from 'vitest/browser';
import type { Run } from '../../../electron/domain/run.ts';
import RunWatcher from '../../../renderer/shell/RunWatcher.svelte';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { toasts } from '../../../renderer/ui/toasts.svelte.ts';
import { RUN } from '../support/canned-lakehouse.ts';
import { makeActivationRun, makeOpenRun, PAUSED_RUN } from '../support/canned-runs.ts';
import { makeRunsEngine, type RunsState } from '../support/runs-engine.ts';
import Stage from '../support/Stage.svelte';

const running = makeOpenRun({ status: 'running' });

/** The watcher as App mounts it, looking often enough for a test; it has looked once when this returns. */
async function startWatcher(runs: Run[]): Promise<RunsState> {
  const { engine, state } = makeRunsEngine({ runs });
  router.replace('audiences');
  onTestFinished(router.start());
  await render(Stage, {
    props: { engine, component: RunWatcher, props: { busyMs: 50, idleMs: 50 } },
  });
  await expect.poll(() => state.calls.length).toBeGreaterThan(1);
  return state;
}

/** Stands for the desktop, which no browser has; returns what it was asked to show. */
function standForDesktop(): string[] {
  const shown: string[] = [];
  const notify = (title: string, body: string) => shown.push(`${title}: ${body}`);
  Object.defineProperty(window, 'slipway', { value: { notify }, configurable: true });
  onTestFinished(() => void Reflect.deleteProperty(window, 'slipway'));
  return shown;
}

afterEach(() => {
  for (const { id } of toasts.shown) toasts.close(id);
});

describe('the watcher of runs', () => {
  it('says what came of a run that ended, and leads to it', async () => {
    const state = await startWatcher([running]);
    state.runs = [makeActivationRun()];
    await expect.element(page.getByText('Paid media → Facebook: 107 taken, 2 rejected')).toBeVisible();
    await page.getByRole('button', { name: 'Open' }).click();
    await expect.poll(() => router.route.rest).toEqual(['run-3']);
  });

  it('says why a run waits for a person, also one that it never saw running', async () => {
    const state = await startWatcher([RUN]);
    state.runs = [PAUSED_RUN, RUN];
    await expect
      .element(page.getByText('Paid media → Facebook: paused, 61 taken, 39 rejected'))
      .toBeVisible();
    await expect.element(page.getByText('39 of 100 rows were rejected', { exact: false })).toBeVisible();
  });

  it('is silent about what had ended before, and about a cancel', async () => {
    const state = await startWatcher([running, RUN]);
    state.runs = [makeActivationRun({ status: 'cancelled' }), RUN];
    const before = state.calls.length;
    await expect.poll(() => state.calls.length).toBeGreaterThan(before + 2);
    expect(toasts.shown).toEqual([]);
  });

  it('asks the desktop to show the end while the window is not looked at, and only then', async () => {
    const shown = standForDesktop();
    const focus = vi.spyOn(document, 'hasFocus').mockReturnValue(true);
    onTestFinished(() => focus.mockRestore());
    const state = await startWatcher([running]);
    state.runs = [makeActivationRun()];
    await expect.element(page.getByText('Paid media → Facebook: 107 taken, 2 rejected')).toBeVisible();
    expect(shown).toEqual([]);
    focus.mockReturnValue(false);
    state.runs = [RUN, PAUSED_RUN, ...state.runs];
    await expect
      .poll(() => shown)
      .toEqual([
        'Bundle target → bundle-target.csv: 412 rows written.',
        'Paid media → Facebook: Paused, 61 taken, 39 rejected. 39 of 100 rows were rejected, more than the 20% that the activation allows.',
      ]);
  });
});
