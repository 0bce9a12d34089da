import { createRouterClient } from '@orpc/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { Audience } from '../../../electron/domain/audience.ts';
import type { Rule } from '../../../electron/domain/rule.ts';
import { sampleModel } from '../../../electron/sample/sample-model.ts';
import AudiencesPage from '../../../renderer/features/audiences/AudiencesPage.svelte';
import { AudienceEditor } from '../../../renderer/features/audiences/audience-editor.svelte.ts';
import { idOf, toggleNot } from '../../../renderer/features/audiences/rule-tree.ts';
import type { Engine } from '../../../renderer/shell/engine.ts';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { renderRetail } from '../support/render-retail.ts';
import { makeRetailEngine } from '../support/retail-engine.ts';
import { countMembers } from '../support/small-retail.ts';

const highBread: Audience = {
  id: 'high-bread',
  name: 'High bread',
  rule: {
    kind: 'all',
    rules: [
      {
        kind: 'condition',
        condition: {
          kind: 'related',
          entity: 'propensity-scores',
          where: [
            { column: 'category', test: { op: 'equals', value: 'bread' } },
            { column: 'score', test: { op: 'at-least', value: 0.66 } },
          ],
          measure: { of: 'exists' },
        },
      },
      {
        kind: 'condition',
        condition: {
          kind: 'attribute',
          entity: 'customer',
          column: 'email_consent',
          test: { op: 'is-true' },
        },
      },
    ],
  },
  columns: [{ kind: 'attribute', entity: 'customer', column: 'email' }],
};

const size = (rule: Rule): string => String(countMembers(rule, { model: sampleModel(), audiences: [] }));
const count = () => page.getByTestId('audience-count');
const combobox = (name: string | RegExp) => page.getByRole('combobox', { name });

async function choose(field: ReturnType<typeof combobox>, option: string | RegExp): Promise<void> {
  await field.click();
  await page.getByRole('option', { name: option }).click();
}

async function add(kind: RegExp): Promise<void> {
  await page.getByRole('button', { name: 'Add condition' }).click();
  await page.getByRole('menuitem', { name: kind }).click();
}

function openEditor(): AudienceEditor {
  const saved = { model: sampleModel(), audiences: [highBread] };
  // The editor calls only the parts of the contract that are canned.
  const engine = createRouterClient(makeRetailEngine().router) as Engine;
  const editor = new AudienceEditor(engine, 'sample', () => saved, highBread);
  onTestFinished(() => editor.close());
  return editor;
}

describe('composing an audience', () => {
  it('counts while it is written, and saves what was written', async () => {
    const state = await renderRetail(AudiencesPage, ['audiences', 'new']);
    await expect.element(count()).toHaveTextContent('60');
    await page.getByRole('textbox', { name: 'Audience name' }).fill('High bread');
    await add(/^Related condition/);
    await page.getByRole('button', { name: 'Add filter' }).click();
    await choose(
      page.getByRole('group', { name: 'Filter 1' }).getByRole('combobox', { name: 'Attribute' }),
      /^Category/,
    );
    await page.getByRole('group', { name: 'Filter 1' }).getByLabelText('Value').fill('bread');
    await page.getByRole('button', { name: 'Add filter' }).click();
    const second = page.getByRole('group', { name: 'Filter 2' });
    await choose(second.getByRole('combobox', { name: 'Attribute' }), /^Score score/);
    await choose(second.getByRole('combobox', { name: /^Operator/ }), 'is at least');
    await second.getByLabelText('Value').fill('0.66');
    const [bread] = highBread.rule.kind === 'all' ? highBread.rule.rules : [];
    if (bread === undefined) throw new Error('the rule has a first part');
    await expect.element(count()).toHaveTextContent(size(bread));
    await page.getByRole('button', { name: 'Save audience' }).click();
    await expect.element(page.getByText('Saved “High bread”')).toBeVisible();
    expect(state.audiences).toEqual([
      { id: 'high-bread', name: 'High bread', rule: { kind: 'all', rules: [bread] }, columns: [] },
    ]);
    expect(location.hash).toBe('#/audiences/high-bread');
    // The editor that saved it stays, with its form still open.
    await expect.element(second).toBeVisible();
  });

  it('asks no question while a condition is not complete, and says what it lacks after an attempt to save', async () => {
    const state = await renderRetail(AudiencesPage, ['audiences', 'new']);
    await expect.element(count()).toHaveTextContent('60');
    await page.getByRole('textbox', { name: 'Audience name' }).fill('Cities');
    await add(/^Attribute condition/);
    await choose(combobox('Attribute'), /^City/);
    await expect.element(page.getByText('Counted as soon as it is complete.')).toBeVisible();
    expect(state.histograms).toBe(1);
    await choose(combobox(/^Operator/), 'is one of');
    await page.getByRole('button', { name: 'Save audience' }).click();
    await expect.element(page.getByText('The list is empty.').first()).toBeVisible();
    expect(state.audiences).toEqual([]);
    await combobox('Values').fill('Lyon');
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('button', { name: 'Remove Lyon' })).toBeVisible();
    await page.getByRole('button', { name: 'Save audience' }).click();
    await expect.poll(() => state.audiences.length).toBe(1);
  });

  it('recounts a recomposition without a question, and takes it back by key', async () => {
    const state = await renderRetail(AudiencesPage, ['audiences', 'high-bread'], { audiences: [highBread] });
    await expect.element(count()).toHaveTextContent(size(highBread.rule));
    const asked = state.histograms;
    const { rules } = highBread.rule.kind === 'all' ? highBread.rule : { rules: [] };
    await page.getByText('Any', { exact: true }).click();
    await expect.element(count()).toHaveTextContent(size({ kind: 'any', rules }));
    await page.getByRole('button', { name: 'Not', exact: true }).first().click();
    await expect.element(count()).toHaveTextContent(size({ kind: 'not', rule: { kind: 'any', rules } }));
    await userEvent.keyboard('{Control>}z{/Control}');
    await expect.element(count()).toHaveTextContent(size({ kind: 'any', rules }));
    await userEvent.keyboard('{Control>}z{/Control}');
    await expect.element(count()).toHaveTextContent(size(highBread.rule));
    await userEvent.keyboard('{Control>}{Shift>}z{/Shift}{/Control}');
    await expect.element(count()).toHaveTextContent(size({ kind: 'any', rules }));
    expect(state.histograms).toBe(asked);
  });

  it('moves a part by key and keeps the focus on it', async () => {
    await renderRetail(AudiencesPage, ['audiences', 'high-bread'], { audiences: [highBread] });
    const consent = page.getByRole('button', { name: 'E-mail consent is true', exact: true });
    await consent.click();
    await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
    const parts = document.querySelectorAll('[data-part]');
    await expect
      .poll(() => document.querySelector('[data-part]')?.getAttribute('aria-label'))
      .toBe('E-mail consent is true');
    expect(parts).toHaveLength(2);
    expect(document.activeElement).toBe(consent.element());
  });

  it('removes a part by its menu', async () => {
    await renderRetail(AudiencesPage, ['audiences', 'high-bread'], { audiences: [highBread] });
    await page.getByRole('button', { name: 'Actions for E-mail consent is true' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await expect.poll(() => document.querySelectorAll('[data-part]').length).toBe(1);
    await expect.element(page.getByText('Not saved', { exact: true })).toBeVisible();
  });

  it('holds a leave while something is not saved', async () => {
    await renderRetail(AudiencesPage, ['audiences', 'high-bread'], { audiences: [highBread] });
    await page.getByRole('textbox', { name: 'Audience name' }).fill('Renamed');
    router.go('audiences');
    await expect.poll(() => router.wanted).toBe('#/audiences');
    expect(location.hash).toBe('#/audiences/high-bread');
    router.stay();
    await expect.element(page.getByRole('textbox', { name: 'Audience name' })).toHaveValue('Renamed');
  });

  it('shows a refused name where it was saved and loses nothing', async () => {
    const state = await renderRetail(AudiencesPage, ['audiences', 'new'], { audiences: [highBread] });
    await page.getByRole('textbox', { name: 'Audience name' }).fill('High bread');
    await userEvent.keyboard('{Control>}s{/Control}');
    await expect.element(page.getByText('Another audience is named “High bread”.')).toBeVisible();
    await page.getByRole('textbox', { name: 'Audience name' }).fill('Everyone');
    await userEvent.keyboard('{Control>}s{/Control}');
    await expect.poll(() => state.audiences.map((each) => each.id)).toEqual(['high-bread', 'everyone']);
    await expect.element(page.getByText('Another audience is named')).not.toBeInTheDocument();
  });
});

describe('the draft of an audience', () => {
  it('checks and composes the rule anew only when the rule changes', () => {
    const editor = openEditor();
    const { problems, definitions } = editor;
    editor.changeText({ name: 'Bread' }, 'name');
    editor.changeText({ description: 'Likes bread.' }, 'description');
    expect(editor.draft.value).toMatchObject({ name: 'Bread', description: 'Likes bread.' });
    expect(editor.problems).toBe(problems);
    expect(editor.definitions).toBe(definitions);
    editor.changeRule(toggleNot(editor.rule, idOf(editor.rule)));
    expect(editor.definitions).not.toBe(definitions);
    editor.undo();
    expect(editor.rule.kind).toBe('all');
  });

  it('takes changed columns over to members and statement once it is calm, with the rule as it was', async () => {
    const editor = openEditor();
    const { rule } = editor.calm;
    editor.changeText({ columns: [] }, 'columns');
    expect(editor.calm.columns).toHaveLength(1);
    await expect.poll(() => editor.calm.columns).toEqual([]);
    expect(editor.calm.rule).toBe(rule);
  });
});

describe('the result of an audience', () => {
  it('shows members masked until asked otherwise', async () => {
    const state = await renderRetail(AudiencesPage, ['audiences', 'high-bread'], { audiences: [highBread] });
    await page.getByRole('tab', { name: 'Members' }).click();
    await expect.element(page.getByRole('cell', { name: 'p•••' }).first()).toBeVisible();
    expect(state.unmasked).toBe(0);
    await page.getByRole('switch', { name: 'Show personal data' }).click();
    await expect.element(page.getByText('Personal data is on the screen. It is not stored.')).toBeVisible();
    await expect.poll(() => state.unmasked).toBe(1);
    await page.getByRole('tab', { name: 'SQL' }).click();
    await page.getByRole('tab', { name: 'Members' }).click();
    await expect.element(page.getByRole('switch', { name: 'Show personal data' })).not.toBeChecked();
  });

  it('shows the statement with its bound values', async () => {
    await renderRetail(AudiencesPage, ['audiences', 'high-bread'], { audiences: [highBread] });
    await page.getByRole('tab', { name: 'SQL' }).click();
    await expect.element(page.getByText('household_key', { exact: false }).first()).toBeVisible();
    await expect.element(page.getByRole('region', { name: 'Bound values' })).toMatchTextContent(/p1\s*bread/);
  });

  it('adds, renames and orders columns', async () => {
    const state = await renderRetail(AudiencesPage, ['audiences', 'high-bread'], { audiences: [highBread] });
    await page.getByRole('tab', { name: /^Columns/ }).click();
    await choose(combobox('Add a column'), /^Total spend/);
    await page
      .getByRole('textbox', { name: 'Name in the file of Trait: Total spend, 12 months' })
      .fill('spend');
    await userEvent.keyboard('{Tab}');
    await page.getByRole('button', { name: 'Move spend up' }).click();
    await page.getByRole('button', { name: 'Save audience' }).click();
    await expect
      .poll(() => state.audiences[0]?.columns)
      .toEqual([
        { kind: 'trait', trait: 'total-spend-12-months', as: 'spend' },
        { kind: 'attribute', entity: 'customer', column: 'email' },
      ]);
  });

  it('writes an aggregated attribute and edits it', async () => {
    const state = await renderRetail(AudiencesPage, ['audiences', 'high-bread'], { audiences: [highBread] });
    await page.getByRole('tab', { name: /^Columns/ }).click();
    await page.getByRole('button', { name: 'Aggregated attribute' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Add column' }).click();
    await expect.element(dialog.getByText('A name is missing. Enter the name in the file.')).toBeVisible();
    await dialog.getByRole('textbox', { name: 'Name in the file' }).fill(' scores ');
    await dialog.getByRole('button', { name: 'Add column' }).click();
    await page.getByRole('button', { name: 'Edit scores' }).click();
    await dialog.getByRole('textbox', { name: 'Name in the file' }).fill('best_score');
    await choose(dialog.getByRole('combobox', { name: /^Measure:/ }), 'largest');
    await choose(dialog.getByRole('combobox', { name: 'Measured column' }), /^Score score/);
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await page.getByRole('button', { name: 'Save audience' }).click();
    await expect
      .poll(() => state.audiences[0]?.columns.at(-1))
      .toEqual({
        kind: 'measure',
        entity: 'propensity-scores',
        where: [],
        measure: { of: 'max', column: 'score' },
        as: 'best_score',
      });
  });
});
