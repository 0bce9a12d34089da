import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { errorAt } from '../../../electron/domain/problem.ts';
import ActivationsPage from '../../../renderer/features/activations/ActivationsPage.svelte';
import { inputsOf, renderActivations } from '../support/activation-engine.ts';
import { TO_META, TO_PARTNER } from '../support/canned-destinations.ts';
import { judgePage } from '../support/judge-page.ts';
import { textOf } from '../support/text-of.ts';

const both = { activations: [TO_META, TO_PARTNER] };
const button = (name: string) => page.getByRole('button', { name, exact: true });

describe('trying an activation', () => {
  it('previews the mapped rows masked', async () => {
    await renderActivations(ActivationsPage, ['activations', TO_META.id], both);
    await page.getByRole('tab', { name: 'Preview' }).click();
    const table = page.getByRole('table', { name: 'Mapped rows' });
    await expect.element(table.getByRole('columnheader', { name: 'EMAIL masked' })).toBeVisible();
    await expect.element(table.getByRole('cell', { name: 'p•••' }).first()).toBeVisible();
    await judgePage();
  });

  it('runs dry as it is written, with reasons, payload and statement', async () => {
    const state = await renderActivations(ActivationsPage, ['activations', TO_META.id], both);
    await page.getByRole('radio', { name: /^Remove/ }).click();
    await button('Dry run').click();
    const dialog = page.getByRole('dialog');
    await expect.element(dialog.getByText('1,204')).toBeVisible();
    await expect
      .poll(() => textOf(dialog.getByRole('table', { name: 'Rejected rows by reason' })))
      .toContain('It is no email address.');
    await expect
      .poll(() => textOf(dialog.getByRole('table', { name: 'First payload' })))
      .toContain('9f86…0a08');
    await expect
      .poll(() => textOf(dialog.getByRole('region', { name: 'Statement' })))
      .toContain('WHERE c.ads_consent');
    await judgePage();
    expect(inputsOf(state, 'dryRun')).toMatchObject([{ mode: 'remove' }]);
    expect(inputsOf(state, 'activations.save')).toEqual([]);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await expect.element(dialog).not.toBeInTheDocument();
  });

  it('cancels a dry run without a failure', async () => {
    await renderActivations(ActivationsPage, ['activations', TO_META.id], { ...both, pace: 60_000 });
    await button('Dry run').click();
    await expect.element(page.getByRole('progressbar', { name: 'Counting the members' })).toBeVisible();
    await button('Cancel dry run').click();
    await expect.element(page.getByText('The dry run was cancelled.')).toBeVisible();
    await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
  });

  it('saves before it runs, and says how many go where', async () => {
    const state = await renderActivations(ActivationsPage, ['activations', TO_META.id], both);
    await page.getByRole('radio', { name: /^Mirror/ }).click();
    await button('Run…').click();
    await expect
      .element(page.getByText('Adds 1,204 customers to “Meta, Germany” and removes 36; 18 unchanged.'))
      .toBeVisible();
    expect(inputsOf(state, 'activations.save')).toMatchObject([{ mode: 'mirror' }]);
    await judgePage();
    await button('Run now').click();
    await expect.poll(() => location.hash).toBe('#/runs/run-77');
    expect(inputsOf(state, 'run')).toEqual([TO_META.id]);
  });

  it('does not run what has errors', async () => {
    await renderActivations(ActivationsPage, ['activations', TO_META.id], {
      ...both,
      warnings: [errorAt('audience', 'The audience is gone.', 'Choose another.')],
    });
    await button('Run…').click();
    const dialog = page.getByRole('dialog');
    await expect.element(dialog.getByText('The audience is gone.')).toBeVisible();
    await expect.element(dialog.getByText('Adds 1,204 customers', { exact: false })).toBeVisible();
    await expect.element(dialog.getByRole('button', { name: 'Run now' })).toBeDisabled();
  });
});
