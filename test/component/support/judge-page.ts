import axe from 'axe-core';
import { expect } from 'vitest';

/** Expects that axe finds nothing serious on the page as it stands, dialogs and menus among it. */
export async function judgePage(): Promise<void> {
  const { violations } = await axe.run(document.body);
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
}
