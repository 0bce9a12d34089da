import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { errorAt } from '../../../electron/domain/problem.ts';
import ActivationsPage from '../../../renderer/features/activations/ActivationsPage.svelte';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { inputsOf, renderActivations } from '../support/activation-engine.ts';
import { TO_META, TO_PARTNER } from '../support/canned-destinations.ts';
import { DRY_RUN } from '../support/canned-dry-run.ts';
import { makeActivationRun, makeOpenRun } from '../support/canned-runs.ts';
import { judgePage } from '../support/judge-page.ts';
import { textOf } from '../support/text-of.ts';

const both = { activations: [TO_META, TO_PARTNER] };
const row = (name: string) => page.getByRole('row').filter({ hasText: name });

async function openMenu(name: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}` }).click();
}

describe('the list of activations', () => {
  it('shows who is sent where, what came of the last run, and the next one', async () => {
    await renderActivations(ActivationsPage, ['activations'], {
      ...both,
      lastRuns: { [TO_META.id]: makeActivationRun() },
    });
    const meta = row(TO_META.name);
    await expect.poll(() => textOf(meta)).toContain('Everyone');
    await expect.poll(() => textOf(meta)).toContain('Meta, Germany');
    await expect.poll(() => textOf(meta)).toContain('Add');
    await expect
      .poll(() => textOf(meta.getByRole('link', { name: /Incomplete/ })))
      .toContain('107 taken, 2 rejected');
    await expect.poll(() => textOf(meta)).toContain('By hand');
    const partner = row(TO_PARTNER.name);
    await expect.poll(() => textOf(partner)).toContain('Never');
    await expect.poll(() => textOf(partner)).toContain('23 Nov 2026, 05:30');
    await judgePage();
    await meta.getByRole('link', { name: /Incomplete/ }).click();
    expect(location.hash).toBe('#/runs/run-3');
  });

  it('opens an activation by key', async () => {
    await renderActivations(ActivationsPage, ['activations'], both);
    const open = row(TO_META.name).getByRole('button', { name: TO_META.name }).first();
    await expect.element(open).toBeVisible();
    open.element().focus();
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => location.hash).toBe(`#/activations/${TO_META.id}`);
  });

  it('says what to do first where there is no destination', async () => {
    await renderActivations(ActivationsPage, ['activations'], { destinations: [] });
    await expect.element(page.getByText('An activation needs a destination. Add one first.')).toBeVisible();
    await judgePage();
    await page.getByRole('button', { name: 'Add a destination' }).click();
    expect(location.hash).toBe('#/destinations/new');
  });

  it('says so where there is no model', async () => {
    await renderActivations(ActivationsPage, ['activations'], { model: null });
    await expect.element(page.getByRole('heading', { name: 'No customer model' })).toBeVisible();
  });

  it('says so where the address names no activation', async () => {
    await renderActivations(ActivationsPage, ['activations', 'gone'], both);
    await expect.element(page.getByRole('heading', { name: 'No activation “gone”' })).toBeVisible();
  });

  it('removes an activation after it has asked', async () => {
    const state = await renderActivations(ActivationsPage, ['activations'], both);
    await openMenu(TO_META.name);
    await page.getByRole('menuitem', { name: 'Remove…' }).click();
    await expect.element(page.getByText(/What was sent stays at the destination/)).toBeVisible();
    await page.getByRole('button', { name: 'Remove activation' }).click();
    await expect.element(row(TO_META.name)).not.toBeInTheDocument();
    expect(state.activations).toEqual([TO_PARTNER]);
  });
});

describe('running from the list', () => {
  it('says how many go where before it runs, then opens the run', async () => {
    const state = await renderActivations(ActivationsPage, ['activations'], both);
    await openMenu(TO_META.name);
    await page.getByRole('menuitem', { name: 'Run…' }).click();
    await expect.element(page.getByText('Adds 1,204 customers to “Meta, Germany”.')).toBeVisible();
    await expect.element(page.getByText('310 members without consent stay out.')).toBeVisible();
    await expect.element(page.getByText('9 of the first 1,000 rows cannot be sent.')).toBeVisible();
    await judgePage();
    expect(inputsOf(state, 'run')).toEqual([]);
    await page.getByRole('button', { name: 'Run now' }).click();
    await expect.poll(() => location.hash).toBe('#/runs/run-77');
    expect(inputsOf(state, 'run')).toEqual([TO_META.id]);
  });

  it('does not run before it has counted, and ends the count with the dialog', async () => {
    const state = await renderActivations(ActivationsPage, ['activations'], { ...both, pace: 60_000 });
    await openMenu(TO_META.name);
    await page.getByRole('menuitem', { name: 'Run…' }).click();
    await expect.element(page.getByText('Counting the members')).toBeVisible();
    await expect.element(page.getByRole('button', { name: 'Run now' })).toBeDisabled();
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
    expect(inputsOf(state, 'run')).toEqual([]);
  });

  it('shows why it could not be counted and tries again', async () => {
    const state = await renderActivations(ActivationsPage, ['activations'], {
      ...both,
      dryRunFailure: {
        code: 'HOST_UNREACHABLE',
        message: 'The workspace does not answer.',
        help: 'Check the network.',
        retry: 'later',
      },
    });
    await openMenu(TO_META.name);
    await page.getByRole('menuitem', { name: 'Run…' }).click();
    await expect.element(page.getByText('The workspace does not answer.')).toBeVisible();
    await expect.element(page.getByRole('button', { name: 'Run now' })).toBeDisabled();
    delete state.dryRunFailure;
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect
      .element(page.getByText(`Adds ${DRY_RUN.adds.toLocaleString('en')} customers`, { exact: false }))
      .toBeVisible();
  });

  it('shows what the engine refuses', async () => {
    await renderActivations(ActivationsPage, ['activations'], {
      ...both,
      lastRuns: { [TO_META.id]: makeOpenRun({ status: 'running' }) },
    });
    await openMenu(TO_META.name);
    await page.getByRole('menuitem', { name: 'Run…' }).click();
    await page.getByRole('button', { name: 'Run now' }).click();
    await expect
      .poll(() => textOf(page.getByRole('alert')))
      .toContain('A run of this activation is under way.');
    expect(router.route.page).toBe('activations');
  });

  it('offers no run of an activation with errors', async () => {
    await renderActivations(ActivationsPage, ['activations'], {
      ...both,
      warnings: [errorAt('audience', 'The audience is gone.', 'Choose another.')],
    });
    await expect.poll(() => textOf(row(TO_META.name))).toContain('1 problem');
    await openMenu(TO_META.name);
    await expect.element(page.getByRole('menuitem', { name: /^Run…/ })).toHaveAttribute('data-disabled');
  });
});
