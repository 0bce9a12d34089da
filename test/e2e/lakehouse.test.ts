import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { launchSlipway } from '../support/electron.ts';
import { type Lakehouse, startLakehouse } from '../support/lakehouse/lakehouse.ts';
import { choose, composeAudiences, idsOfFile, openAudience, visit } from './support/seed-clicks.ts';

/** How many the sample has, by SQL by hand on DuckDB (seed.test.ts). */
const COUNTS = {
  'High bread': 742,
  'Moderate soft drinks': 840,
  'Bundle target': 249,
  Emailable: 1_420,
  'Paid media': 107,
} as const;
const WRONG_TOKEN = 'dapi-canary-of-a-wrong-token-0001';

let lakehouse: Lakehouse;
let folder = '';
test.beforeAll(async () => {
  test.setTimeout(240_000);
  lakehouse = await startLakehouse();
  folder = await mkdtemp(join(tmpdir(), 'slipway-lakehouse-'));
});
test.afterAll(async () => {
  await lakehouse.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a Databricks workspace by clicks in the real window, from a wrong token to the exported file', async () => {
  test.setTimeout(900_000);
  const home = join(folder, 'home');
  const files = join(folder, 'files');
  await mkdir(files);
  const { app, page, close } = await launchSlipway({ home });
  try {
    await page.getByRole('button', { name: 'New connection' }).first().click();
    await page.getByRole('radio', { name: /Databricks/ }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Retail lakehouse');
    // As people paste it: the whole address into the first field.
    await page
      .getByRole('textbox', { name: 'Server hostname' })
      .fill(`https://${lakehouse.host}:${lakehouse.port}${lakehouse.path}`);
    await page.getByRole('textbox', { name: 'Server hostname' }).blur();
    await expect(page.getByRole('textbox', { name: 'HTTP path' })).toHaveValue(lakehouse.path);
    await page.getByRole('textbox', { name: 'Certificate authority' }).fill(lakehouse.certificateFile);
    const token = page.getByLabel('Access token', { exact: true });
    await token.fill(WRONG_TOKEN);
    await page.getByRole('button', { name: 'Test connection' }).click();
    await expect(page.getByText(/refuses the access token/).first()).toBeVisible({ timeout: 60_000 });
    await page.screenshot({ path: 'test-results/pages/window-databricks-wrong-token.png' });

    await token.fill(lakehouse.tokens.owner);
    await page.getByRole('button', { name: 'Test connection' }).click();
    await expect(page.getByText('Connection successful')).toBeVisible({ timeout: 240_000 });
    await page.screenshot({ path: 'test-results/pages/window-databricks-tested.png' });
    await page.getByRole('button', { name: 'Save connection' }).click();
    await expect(page.getByText('Connection saved').first()).toBeVisible({ timeout: 30_000 });

    await visit(page, 'Catalog');
    await page.getByRole('button', { name: 'Read the catalog' }).click();
    await expect(page.getByText('households').first()).toBeVisible({ timeout: 120_000 });
    await page.screenshot({ path: 'test-results/pages/window-databricks-catalog.png' });

    await visit(page, 'Model');
    await page.getByRole('combobox', { name: 'Customer table' }).fill('households');
    await page.getByRole('option', { name: /households$/ }).click();
    await choose(page.getByRole('combobox', { name: 'Customer id' }), /^household_key/);
    await page.getByRole('button', { name: 'Suggest a model' }).click();
    await page.getByRole('button', { name: 'Save model' }).click();
    await expect(page.getByText('Saved the customer model')).toBeVisible({ timeout: 60_000 });

    await composeAudiences(page, (name) => COUNTS[name]);
    const path = join(files, 'bundle.csv');
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, path);
    await openAudience(page, 'Bundle target');
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByRole('button', { name: /^Choose file and export$|^Export to file$/ }).click();
    await expect(page.getByTestId('export-rows')).toHaveText('249 rows', { timeout: 120_000 });
    expect(await idsOfFile(path)).toHaveLength(249);
    expect(await readdir(files)).toEqual(['bundle.csv']);
    await page.screenshot({ path: 'test-results/pages/window-databricks-exported.png' });
  } finally {
    await close();
  }
  await refuseSecrets(home);
});

/** No file that the app wrote holds a token. */
async function refuseSecrets(home: string): Promise<void> {
  const names = await readdir(home, { recursive: true, withFileTypes: true });
  expect(names.some((each) => each.name === 'slipway.db')).toBe(true);
  for (const entry of names.filter((each) => each.isFile())) {
    const bytes = await readFile(join(entry.parentPath, entry.name));
    for (const secret of [WRONG_TOKEN, lakehouse.tokens.owner])
      expect(bytes.includes(secret), entry.name).toBe(false);
  }
}
