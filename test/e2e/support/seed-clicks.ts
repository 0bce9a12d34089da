import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { expect } from '@playwright/test';

/** The seed's audiences, in the order in which they build on each other. */
export const SEED = [
  'High bread',
  'Moderate soft drinks',
  'Bundle target',
  'Emailable',
  'Paid media',
] as const;
export type SeedName = (typeof SEED)[number];

/** Goes to a page by the sidebar; a page may link to others by the same name. */
export async function visit(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();
}

export async function choose(field: Locator, option: string | RegExp): Promise<void> {
  await field.click();
  await field.page().getByRole('option', { name: option }).first().click();
}

async function add(page: Page, kind: RegExp): Promise<void> {
  await page.getByRole('button', { name: 'Add condition' }).last().click();
  await page.getByRole('menuitem', { name: kind }).click();
}

async function begin(page: Page, name: SeedName): Promise<void> {
  await visit(page, 'Audiences');
  await page.getByRole('button', { name: 'New audience' }).first().click();
  await page.getByRole('textbox', { name: 'Audience name' }).fill(name);
}

/** Waits for the count of the whole rule, then saves. */
async function save(page: Page, name: SeedName, expected: number): Promise<void> {
  await expect(page.getByTestId('audience-count')).toHaveText(
    new RegExp(`^${expected.toLocaleString('en-US')}\\b`),
    { timeout: 240_000 },
  );
  await page.getByRole('button', { name: 'Save audience' }).click();
  await expect(page.getByText(`Saved “${name}”`).first()).toBeVisible();
}

/** A propensity of a category within a range, by clicks. */
async function addScore(
  page: Page,
  category: string,
  fill: (second: Locator) => Promise<void>,
): Promise<void> {
  await add(page, /^Related condition/);
  const entity = page.getByRole('combobox', { name: 'Entity' });
  if (!(await entity.textContent())?.includes('Propensity')) await choose(entity, /^Propensity scores/);
  await page.getByRole('button', { name: 'Add filter' }).click();
  const first = page.getByRole('group', { name: 'Filter 1' });
  await choose(first.getByRole('combobox', { name: 'Attribute' }), /^Category/);
  await first.getByLabel('Value', { exact: true }).fill(category);
  await page.getByRole('button', { name: 'Add filter' }).click();
  const second = page.getByRole('group', { name: 'Filter 2' });
  await choose(second.getByRole('combobox', { name: 'Attribute' }), /^Score/);
  await fill(second);
}

async function addAudience(page: Page, name: SeedName): Promise<void> {
  await add(page, /^Audience/);
  await choose(page.getByRole('combobox', { name: 'Audience' }).last(), new RegExp(`^${name}`));
}

async function addAttribute(page: Page, attribute: RegExp, operator: string): Promise<void> {
  await add(page, /^Attribute condition/);
  await choose(page.getByRole('combobox', { name: 'Attribute' }).last(), attribute);
  await choose(page.getByRole('combobox', { name: /^Operator/ }).last(), operator);
}

/** The five audiences of the seed, all by clicks; `count` says how many members each must have. */
export async function composeAudiences(page: Page, count: (name: SeedName) => number): Promise<void> {
  await begin(page, 'High bread');
  await addScore(page, 'bread', async (filter) => {
    await choose(filter.getByRole('combobox', { name: /^Operator/ }), 'is at least');
    await filter.getByLabel('Value', { exact: true }).fill('0.66');
  });
  await save(page, 'High bread', count('High bread'));

  await begin(page, 'Moderate soft drinks');
  await addScore(page, 'soft drinks', async (filter) => {
    await choose(filter.getByRole('combobox', { name: /^Operator/ }), /from … to below/);
    await filter.getByLabel('From', { exact: true }).fill('0.33');
    await filter.getByLabel('To below', { exact: true }).fill('0.66');
  });
  await save(page, 'Moderate soft drinks', count('Moderate soft drinks'));

  await begin(page, 'Bundle target');
  await addAudience(page, 'High bread');
  await addAudience(page, 'Moderate soft drinks');
  await save(page, 'Bundle target', count('Bundle target'));

  await begin(page, 'Emailable');
  await addAttribute(page, /^E-?mail consent/i, 'is true');
  await addAttribute(page, /^E-?mail email/i, 'is not empty');
  await save(page, 'Emailable', count('Emailable'));

  await begin(page, 'Paid media');
  await addAudience(page, 'Bundle target');
  await addAudience(page, 'Emailable');
  await page
    .getByRole('group', { name: /Emailable/ })
    .getByRole('button', { name: 'Not', exact: true })
    .click();
  await save(page, 'Paid media', count('Paid media'));
}

/** The first column of a CSV whose ids hold no quotes. */
export async function idsOfFile(path: string): Promise<string[]> {
  const [head = '', ...lines] = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(head.split(',')[0]).toBe('customer_id');
  return lines.map((line) => line.split(',')[0] ?? '').sort();
}

export async function openAudience(page: Page, name: SeedName): Promise<void> {
  await visit(page, 'Audiences');
  await page
    .getByRole('main')
    .getByRole('button', { name: new RegExp(`^${name}`) })
    .click();
  await expect(page.getByRole('textbox', { name: 'Audience name' })).toHaveValue(name);
}
