import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { TreeRow } from '../../../renderer/ui/tree-row.ts';
import TreeStage from './TreeStage.svelte';

const rows: TreeRow[] = [
  { id: 'retail', label: 'retail', level: 1, expanded: true },
  ...Array.from({ length: 10_000 }, (_, index) => ({
    id: `t${index}`,
    label: `table_${index}`,
    level: 2,
  })),
];

describe('a tree of 10,000 rows', () => {
  it('draws only what is in view', async () => {
    await render(TreeStage, { rows, onselect: () => undefined, ontoggle: () => undefined });
    await expect.element(page.getByRole('treeitem', { name: 'table_0' })).toBeVisible();
    expect(page.getByRole('treeitem').elements().length).toBeLessThan(40);
  });

  it('goes to the end and back, selects and closes by keyboard alone', async () => {
    const selected: string[] = [];
    const toggled: string[] = [];
    await render(TreeStage, {
      rows,
      onselect: (id: string) => selected.push(id),
      ontoggle: (id: string) => toggled.push(id),
    });
    await userEvent.tab();
    await expect.element(page.getByRole('tree')).toHaveFocus();
    await userEvent.keyboard('{End}');
    await expect.element(page.getByRole('treeitem', { name: 'table_9999' })).toBeVisible();
    await userEvent.keyboard('{Enter}');
    await userEvent.keyboard('{ArrowLeft}');
    await expect.element(page.getByRole('treeitem', { name: 'retail' })).toBeVisible();
    await userEvent.keyboard('{ArrowLeft}');
    expect(selected).toEqual(['t9999']);
    expect(toggled).toEqual(['retail']);
  });

  it('names the row that has the keyboard to a screen reader', async () => {
    await render(TreeStage, { rows, onselect: () => undefined, ontoggle: () => undefined });
    await userEvent.tab();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}');
    const active = page.getByRole('tree').element().getAttribute('aria-activedescendant') ?? '';
    await expect.poll(() => document.getElementById(active)?.textContent.trim()).toBe('table_1');
  });
});
