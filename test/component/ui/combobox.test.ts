import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import Combobox from '../../../renderer/ui/Combobox.svelte';

const options = Array.from({ length: 500 }, (_, index) => ({
  value: `c${index}`,
  label: `column_${index}`,
  hint: index % 2 === 0 ? 'BIGINT' : 'VARCHAR',
}));

describe('a combobox of 500 choices', () => {
  it('finds a choice by its words and takes it by keyboard', async () => {
    const chosen: string[] = [];
    await render(Combobox, {
      label: 'Column',
      value: '',
      options,
      onchange: (value: string) => chosen.push(value),
    });
    const box = page.getByRole('combobox', { name: 'Column' });
    await box.click();
    await userEvent.keyboard('42 bigint');
    await expect.element(page.getByRole('option', { name: /column_42 BIGINT/ })).toBeVisible();
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => chosen).toEqual(['c42']);
    await expect.element(box).toHaveValue('column_42');
  });

  it('takes the choice under the pointer while the list is narrowed', async () => {
    const chosen: string[] = [];
    await render(Combobox, {
      label: 'Column',
      value: 'c1',
      options,
      onchange: (value: string) => chosen.push(value),
    });
    const box = page.getByRole('combobox', { name: 'Column' });
    await box.click();
    await userEvent.keyboard('49');
    await page.getByRole('option', { name: /column_493/ }).click();
    await expect.poll(() => chosen).toEqual(['c493']);
    await expect.element(box).toHaveValue('column_493');
  });

  it('says what is not drawn and what is not found', async () => {
    await render(Combobox, { label: 'Column', value: 'c7', options });
    const box = page.getByRole('combobox', { name: 'Column' });
    await expect.element(box).toHaveValue('column_7');
    await box.click();
    await expect.element(page.getByText('400 more. Type to narrow.')).toBeVisible();
    await userEvent.keyboard('nothing like it');
    await expect.element(page.getByText('Nothing matches “nothing like it”.')).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(box).toHaveValue('column_7');
  });
});
