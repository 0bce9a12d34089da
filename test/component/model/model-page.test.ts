import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { Audience } from '../../../electron/domain/audience.ts';
import { sampleModel } from '../../../electron/sample/sample-model.ts';
import ModelPage from '../../../renderer/features/model/ModelPage.svelte';
import { renderRetail } from '../support/render-retail.ts';

const highBread: Audience = {
  id: 'high-bread',
  name: 'High bread',
  rule: {
    kind: 'condition',
    condition: {
      kind: 'related',
      entity: 'propensity-scores',
      where: [{ column: 'category', test: { op: 'equals', value: 'bread' } }],
      measure: { of: 'exists' },
    },
  },
  columns: [],
};
const bundle: Audience = {
  id: 'bundle',
  name: 'Bundle',
  rule: { kind: 'audience', audience: 'high-bread' },
  columns: [],
};

const save = page.getByRole('button', { name: 'Save model' });
const tab = (name: RegExp) => page.getByRole('tab', { name });

describe('the model page', () => {
  it('renames attributes, marks personal data and saves once for all', async () => {
    const state = await renderRetail(ModelPage, ['model']);
    await expect.element(save).toBeDisabled();
    await page.getByRole('textbox', { name: 'Name of loyalty_tier' }).fill('Tier');
    await page.getByRole('combobox', { name: 'Personal data of birth_year' }).selectOptions('Birth date');
    await page.getByRole('checkbox', { name: 'Offer country in the editors' }).click();
    await save.click();
    await expect.element(page.getByText('Saved the customer model')).toBeVisible();
    const attribute = (column: string) =>
      state.model?.customer.attributes.find((each) => each.column === column);
    expect(attribute('loyalty_tier')?.label).toBe('Tier');
    expect(attribute('birth_year')?.pii).toBe('birth-date');
    expect(attribute('country')?.hidden).toBe(true);
    await expect.element(save).toBeDisabled();
  });

  it('takes changes back and again', async () => {
    await renderRetail(ModelPage, ['model']);
    const label = page.getByRole('textbox', { name: 'Name of city' });
    await label.fill('Town');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.element(label).toHaveValue('City');
    await userEvent.keyboard('{Control>}{Shift>}z{/Shift}{/Control}');
    await expect.element(label).toHaveValue('Town');
  });

  it('names the audiences that a removal breaks, those that only refer to them too', async () => {
    const state = await renderRetail(ModelPage, ['model'], { audiences: [highBread, bundle] });
    await tab(/^Related tables/).click();
    await page.getByRole('button', { name: 'Remove Propensity scores' }).click();
    await expect.element(page.getByText(/cannot run without it: “High bread”, “Bundle”\./)).toBeVisible();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await expect.element(page.getByText(/Saving breaks audiences .*“High bread”, “Bundle”\./)).toBeVisible();
    await save.click();
    await expect
      .poll(() => state.model?.entities.map((each) => each.id))
      .toEqual(['transactions', 'redemptions', 'web-profiles']);
  });

  it('removes the traits over a table together with it', async () => {
    await renderRetail(ModelPage, ['model']);
    await tab(/^Related tables/).click();
    await page.getByRole('button', { name: 'Remove Transactions' }).click();
    await expect.element(page.getByText(/These traits go with it: “Total spend, 12 months”/)).toBeVisible();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await tab(/^Traits/).click();
    await expect.element(page.getByRole('heading', { name: 'No traits' })).toBeVisible();
  });

  it('refuses to save what is wrong and says why', async () => {
    const state = await renderRetail(ModelPage, ['model']);
    await tab(/^Related tables/).click();
    await page.getByRole('button', { name: /^Transactions/ }).click();
    await page.getByRole('combobox', { name: /^Time column/ }).click();
    await page.getByRole('option', { name: 'None' }).click();
    await expect.element(page.getByText(/Transactions has no time column/).first()).toBeVisible();
    await expect.element(save).toBeDisabled();
    expect(state.model).toEqual(sampleModel());
  });

  it('relates another table by a key of the customer', async () => {
    const state = await renderRetail(ModelPage, ['model'], {
      model: { ...sampleModel(), entities: [], traits: [] },
    });
    await tab(/^Related tables/).click();
    await page.getByRole('button', { name: 'Add related table' }).click();
    const table = page.getByRole('combobox', { name: 'Table' });
    await table.fill('transactions');
    await page.getByRole('option', { name: /transactions$/ }).click();
    await page.getByRole('textbox', { name: 'Name for marketers' }).fill('Purchases');
    await page.getByRole('button', { name: 'Add table' }).click();
    await save.click();
    await expect
      .poll(() => state.model?.entities.map(({ id, key }) => [id, key]))
      .toEqual([['purchases', 'household_key']]);
  });

  it('writes a trait with the form of a measure', async () => {
    const state = await renderRetail(ModelPage, ['model']);
    await tab(/^Traits/).click();
    await page.getByRole('button', { name: 'Add trait' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Add trait' }).click();
    await expect.element(dialog.getByText('A name is missing.')).toBeVisible();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Best score');
    await dialog.getByRole('combobox', { name: /^Measure:/ }).click();
    await page.getByRole('option', { name: 'largest' }).click();
    await dialog.getByRole('combobox', { name: 'Measured column' }).click();
    await page.getByRole('option', { name: /^Score score/ }).click();
    await dialog.getByRole('button', { name: 'Add trait' }).click();
    await save.click();
    await expect
      .poll(() => state.model?.traits.at(-1))
      .toEqual({
        id: 'best-score',
        label: 'Best score',
        entity: 'propensity-scores',
        where: [],
        measure: { of: 'max', column: 'score' },
      });
  });

  it('shows what speaks against the rows, the worst first, and the view for the IT team', async () => {
    await renderRetail(ModelPage, ['model']);
    await tab(/^Readiness/).click();
    await expect.element(page.getByText('Not ready')).toBeVisible();
    const items = page.getByRole('listitem');
    await expect
      .element(items.first())
      .toMatchTextContent(/Failed: Household: household_key is unique.*1,204/);
    await tab(/^For the IT team/).click();
    await expect.element(page.getByText('main.retail.customers', { exact: false }).first()).toBeVisible();
  });

  it('starts from a suggestion where there is no model', async () => {
    const state = await renderRetail(ModelPage, ['model'], { model: null });
    await page.getByRole('combobox', { name: 'Customer table' }).fill('households');
    await page.getByRole('option', { name: /households$/ }).click();
    await expect.element(page.getByRole('combobox', { name: 'Customer id' })).toHaveValue('household_key');
    await page.getByRole('button', { name: 'Suggest a model' }).click();
    await save.click();
    await expect.poll(() => state.model?.customer.idColumn).toBe('household_key');
  });
});
