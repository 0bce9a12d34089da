import type { Locator, Page } from '@playwright/test';
import { expect } from '@playwright/test';
import { findDestination } from '../../../electron/destinations/index.ts';
import type { Activation, FieldMapping } from '../../../electron/domain/activation.ts';
import type { SeedPlace } from '../../support/seed-vendors.ts';
import { fillForm } from './form-clicks.ts';
import { choose, visit } from './seed-clicks.ts';

export type Paste = (field: Locator, text: string) => Promise<void>;

const MODES = { add: 'Add', remove: 'Remove', mirror: 'Mirror', replace: 'Replace', send: 'Send' } as const;
/** The names of the seed's audiences and of the customer's columns in the window. */
const AUDIENCES: Readonly<Record<string, string>> = {
  'bundle-target': 'Bundle target',
  emailable: 'Emailable',
  'paid-media': 'Paid media',
};
const SOURCES: Readonly<Record<string, RegExp>> = {
  email: /^E-?mail email$/i,
  phone: /^Phone phone$/i,
  first_name: /^First name first_name$/i,
};

/** Adds a destination by its form, tests it there and saves it. An empty host key is filled by the first test. */
export async function addDestination(page: Page, place: SeedPlace, paste: Paste): Promise<void> {
  const kind = findDestination(place.kind);
  await visit(page, 'Destinations');
  await page.getByRole('button', { name: 'New destination' }).click();
  await page
    .getByRole('link')
    .filter({ has: page.getByText(kind.label, { exact: true }) })
    .click();
  const form = page.getByRole('main');
  await form.getByLabel('Name', { exact: true }).fill(place.label);
  const { hostKey, ...settings } = place.settings;
  await fillForm(form, kind.settings, { ...settings, ...place.secrets }, paste);
  const test = form.getByRole('button', { name: 'Test destination' });
  await test.click();
  if (hostKey !== undefined) {
    await expect(form.getByLabel('Host key', { exact: true })).toHaveValue(String(hostKey));
    await test.click();
  }
  await expect(form.getByText('The destination can be used')).toBeVisible();
  await expect(form.getByLabel('Failed')).toHaveCount(0);
}

/** Saves the destination whose form is open. */
export async function saveDestination(page: Page, { label }: SeedPlace): Promise<void> {
  await page.getByRole('button', { name: 'Save destination' }).click();
  await expect(page.getByRole('main').getByRole('heading', { level: 2, name: label })).toBeVisible();
}

/** Makes an activation by its form: what is suggested stays where the activation has it, and the rest is written. */
export async function makeActivation(
  page: Page,
  activation: Activation,
  place: SeedPlace,
  paste: Paste,
): Promise<void> {
  await visit(page, 'Activations');
  await page.getByRole('button', { name: 'New activation' }).first().click();
  await page.getByRole('textbox', { name: 'Activation name' }).fill(activation.name);
  const audience = AUDIENCES[activation.audience] ?? activation.audience;
  await choose(page.getByRole('combobox', { name: 'Audience', exact: true }), new RegExp(`^${audience}`));
  await choose(
    page.getByRole('combobox', { name: 'Destination', exact: true }),
    new RegExp(`^${place.label}`),
  );
  await mapFields(page, activation.fields);
  await giveConsent(
    page,
    activation.consent?.column === 'ads_consent' ? /^Ads consent/ : /^E-?mail consent/i,
  );
  const form = page.getByRole('region', { name: 'Form of the activation' });
  const target = form.locator('[data-where="target"]');
  await fillForm(target, findDestination(place.kind).target, activation.target, paste);
  await form.getByRole('radio', { name: new RegExp(`^${MODES[activation.mode]}`) }).click();
  await form.getByLabel('Rejected rows above (%)').fill(String(activation.guards.maxRejected * 100));
}

/** Saves the activation whose form is open. */
export async function saveActivation(page: Page, { name }: Activation): Promise<void> {
  await page.getByRole('button', { name: 'Save activation' }).click();
  await expect(page.getByText(`Saved “${name}”`).first()).toBeVisible();
  await expect(page.getByRole('list', { name: 'Problems' }).getByRole('img', { name: 'Error' })).toHaveCount(
    0,
  );
}

/** Maps these fields: what is suggested stays where it is one of them. */
export async function mapFields(page: Page, fields: readonly FieldMapping[]): Promise<void> {
  const rows = page.getByRole('list', { name: 'Mapped fields' }).getByRole('listitem');
  await expect(rows.first()).toBeVisible();
  const suggested = await rows.evaluateAll((all) =>
    all.map((row) => ({
      key: row.querySelector('code')?.textContent ?? row.getAttribute('aria-label') ?? '',
      name: row.getAttribute('aria-label') ?? '',
    })),
  );
  for (const { key, name } of suggested)
    if (!fields.some(({ to }) => to === key || to === name.toLowerCase()))
      await page.getByRole('button', { name: `Remove ${name}`, exact: true }).click();
  for (const field of fields)
    if (!suggested.some(({ key }) => key === field.to)) await addField(page, rows, field);
}

async function addField(page: Page, rows: Locator, { to, from, form }: FieldMapping): Promise<void> {
  const source = from.kind === 'attribute' ? (SOURCES[from.column] ?? from.column) : /^Customer id/;
  const row = rows.nth(await rows.count());
  await choose(page.getByRole('combobox', { name: 'Add a column' }), source);
  await row.getByRole('textbox', { name: /^Name of column/ }).fill(to);
  if (form === 'sha256') await choose(row.getByRole('combobox', { name: /^Form of/ }), 'SHA-256');
}

/** Takes the consent that is suggested, or chooses it. */
export async function giveConsent(page: Page, consent: RegExp): Promise<void> {
  const field = page.getByRole('combobox', { name: 'Attribute that holds the consent' });
  if (!consent.test(await field.inputValue())) await choose(field, consent);
  await expect(field).toHaveValue(consent);
}

/** Runs the activation that is open, to its end. @returns the address of the run */
export async function runOpened(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Run…' }).click();
  await page.getByRole('button', { name: 'Run now' }).click();
  const status = page.getByRole('region', { name: 'Status' });
  await expect(status).not.toContainText(/Running|Interrupted/, { timeout: 120_000 });
  await expect(status).toContainText(/Succeeded|Incomplete/);
  return page.url();
}

/** Opens an activation from the list. */
export async function openActivation(page: Page, name: string): Promise<void> {
  await visit(page, 'Activations');
  await page.getByRole('table', { name: 'Activations' }).getByRole('button', { name, exact: true }).click();
  await expect(page.getByRole('textbox', { name: 'Activation name' })).toHaveValue(name);
}

/** A number of a list of terms, as it is shown. */
export async function readTerm(list: Locator, term: string): Promise<number> {
  const entry = list.locator('div').filter({ has: list.page().getByText(term, { exact: true }) });
  return Number((await entry.locator('dd').innerText()).replaceAll(',', ''));
}
