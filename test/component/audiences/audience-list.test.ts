import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { Audience } from '../../../electron/domain/audience.ts';
import { sampleModel } from '../../../electron/sample/sample-model.ts';
import AudiencesPage from '../../../renderer/features/audiences/AudiencesPage.svelte';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { renderRetail } from '../support/render-retail.ts';
import { countMembers } from '../support/small-retail.ts';

const lyon: Audience = {
  id: 'lyon',
  name: 'Lyon',
  rule: {
    kind: 'condition',
    condition: {
      kind: 'attribute',
      entity: 'customer',
      column: 'city',
      test: { op: 'equals', value: 'Lyon' },
    },
  },
  columns: [],
};
const emailable: Audience = {
  id: 'emailable',
  name: 'Emailable',
  rule: {
    kind: 'condition',
    condition: { kind: 'attribute', entity: 'customer', column: 'email', test: { op: 'is-not-empty' } },
  },
  columns: [],
};
const both: Audience = {
  id: 'both',
  name: 'Both',
  rule: {
    kind: 'all',
    rules: [
      { kind: 'audience', audience: 'lyon' },
      { kind: 'audience', audience: 'emailable' },
    ],
  },
  columns: [],
};
const broken: Audience = {
  id: 'broken',
  name: 'Broken',
  rule: { kind: 'audience', audience: 'gone' },
  columns: [],
};
const audiences = [lyon, emailable, both];

const size = (audience: Audience): string =>
  String(countMembers(audience.rule, { model: sampleModel(), audiences }));
const shownSizes = () =>
  page
    .getByTestId('audience-count')
    .elements()
    .map((each) => each.textContent);
const row = (name: string) => page.getByRole('row').filter({ hasText: name });

async function act(name: string, item: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

describe('the list of audiences', () => {
  it('counts all that can run with one question, and says which cannot', async () => {
    const state = await renderRetail(AudiencesPage, ['audiences'], { audiences: [...audiences, broken] });
    await expect.poll(shownSizes).toEqual(audiences.map(size));
    expect(state.histograms).toBe(1);
    await expect.element(row('Broken')).toMatchTextContent(/1 problem/);
    const overlap = page.getByRole('table', { name: 'Overlap of audiences' });
    const shared = overlap.getByRole('row').nth(1).getByRole('cell').nth(1);
    await expect.element(shared).toMatchTextContent(new RegExp(`^\\s*${size(both)}\\b`));
  });

  it('opens an audience by its row', async () => {
    await renderRetail(AudiencesPage, ['audiences'], { audiences });
    await page.getByRole('button', { name: 'Emailable E-mail is not empty' }).click();
    await expect.element(page.getByRole('textbox', { name: 'Audience name' })).toHaveValue('Emailable');
  });

  it('renames, duplicates and deletes', async () => {
    const state = await renderRetail(AudiencesPage, ['audiences'], { audiences });
    await act('Both', 'Rename…');
    await page.getByRole('textbox', { name: 'Name' }).fill('Lyon by e-mail');
    await page.getByRole('button', { name: 'Rename' }).click();
    await expect.poll(() => state.audiences[2]?.name).toBe('Lyon by e-mail');
    await act('Lyon by e-mail', 'Duplicate');
    await expect.element(page.getByText('Duplicated as “Lyon by e-mail (copy)”')).toBeVisible();
    await act('Lyon by e-mail (copy)', 'Delete…');
    await page.getByRole('button', { name: 'Delete audience' }).click();
    await expect.poll(() => state.audiences.map((each) => each.id)).toEqual(['lyon', 'emailable', 'both']);
  });

  it('renames without counting anew', async () => {
    const state = await renderRetail(AudiencesPage, ['audiences'], { audiences });
    await expect.poll(shownSizes).toEqual(audiences.map(size));
    await act('Both', 'Rename…');
    await page.getByRole('textbox', { name: 'Name' }).fill('Lyon by e-mail');
    await page.getByRole('button', { name: 'Rename' }).click();
    await expect.element(row('Lyon by e-mail').first()).toBeVisible();
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
    expect(shownSizes()).toEqual(audiences.map(size));
    expect(state.histograms).toBe(1);
  });

  it('gives the focus back to the menu when a rename is left', async () => {
    const state = await renderRetail(AudiencesPage, ['audiences'], { audiences });
    const menu = page.getByRole('button', { name: 'Actions for Both' });
    for (const leave of ['{Escape}', 'Close', 'Cancel']) {
      await act('Both', 'Rename…');
      await expect.element(page.getByRole('textbox', { name: 'Name' })).toHaveFocus();
      if (leave.startsWith('{')) await userEvent.keyboard(leave);
      else await page.getByRole('dialog').getByRole('button', { name: leave }).click();
      await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
      await expect.element(menu).toHaveFocus();
    }
    expect(state.audiences).toEqual(audiences);
  });

  it('counts an edited audience anew, and those that refer to it', async () => {
    const edited: Audience = { ...lyon, rule: { kind: 'not', rule: lyon.rule } };
    // What was saved stands last.
    const after = [emailable, both, edited];
    await renderRetail(AudiencesPage, ['audiences'], { audiences });
    await expect.poll(shownSizes).toEqual(audiences.map(size));
    router.go('audiences', 'lyon');
    await page.getByRole('button', { name: 'Not', exact: true }).first().click();
    await page.getByRole('button', { name: 'Save audience' }).click();
    await expect.element(page.getByText('Saved “Lyon”')).toBeVisible();
    router.go('audiences');
    const sizeAfter = ({ rule }: Audience): string =>
      String(countMembers(rule, { model: sampleModel(), audiences: after }));
    await expect.poll(shownSizes).toEqual(after.map(sizeAfter));
    expect(after.map(sizeAfter)).not.toContain(size(both));
  });

  it('names who uses an audience that cannot be deleted', async () => {
    const state = await renderRetail(AudiencesPage, ['audiences'], { audiences });
    await act('Lyon', 'Delete…');
    await expect.element(page.getByText('It is used by “Both”', { exact: false })).toBeVisible();
    await page.getByRole('button', { name: 'Delete audience' }).click();
    await expect.element(page.getByText('“Lyon” was not deleted')).toBeVisible();
    expect(state.audiences).toHaveLength(3);
  });

  it('leads to the model where there is none', async () => {
    await renderRetail(AudiencesPage, ['audiences'], { model: null });
    await page.getByRole('button', { name: 'Go to Model' }).click();
    await expect.poll(() => location.hash).toBe('#/model');
  });
});

describe('exporting an audience', () => {
  it('writes to the path and shows what came of it', async () => {
    const state = await renderRetail(AudiencesPage, ['audiences'], { audiences });
    await act('Lyon', 'Export…');
    await page.getByText('Parquet', { exact: true }).click();
    await page.getByRole('textbox', { name: 'Path of the file' }).fill('/data/lyon.csv');
    await page.getByRole('button', { name: 'Export to file' }).click();
    await expect.element(page.getByTestId('export-rows')).toHaveTextContent('12 rows');
    expect(state.exported).toEqual([{ path: '/data/lyon.parquet', overwrite: false }]);
  });

  it('replaces a file only once that was confirmed', async () => {
    const state = await renderRetail(AudiencesPage, ['audiences'], { audiences, files: ['/data/lyon.csv'] });
    await act('Lyon', 'Export…');
    await page.getByRole('textbox', { name: 'Path of the file' }).fill('/data/lyon.csv');
    await page.getByRole('button', { name: 'Export to file' }).click();
    await expect.element(page.getByText('/data/lyon.csv already exists.')).toBeVisible();
    await page.getByRole('button', { name: 'Replace the file' }).click();
    await expect.element(page.getByTestId('export-rows')).toBeVisible();
    expect(state.exported.map((each) => each.overwrite)).toEqual([false, true]);
  });

  it('can be cancelled, and a cancel is no failure', async () => {
    const state = await renderRetail(AudiencesPage, ['audiences'], { audiences, exportMs: 60_000 });
    await act('Lyon', 'Export…');
    await page.getByRole('textbox', { name: 'Path of the file' }).fill('/data/lyon.csv');
    await page.getByRole('button', { name: 'Export to file' }).click();
    await page.getByRole('button', { name: 'Cancel export' }).click();
    await expect.element(page.getByRole('button', { name: 'Export to file' })).toBeVisible();
    await expect.poll(() => state.cancelled).toBe(1);
    await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
  });
});
