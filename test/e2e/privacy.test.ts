import { readFileSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { composeEngine } from '../../electron/compose.ts';
import { launchSlipway } from '../support/electron.ts';
import { changeDatabase, shopModel } from '../support/shop.ts';

/** Values that stand in customers' rows and nowhere else. */
const CANARIES = ['canary-mail-7731@example.com', 'Canaryville-2291', '90071992531'];
const [EMAIL = '', CITY = '', ID = ''] = CANARIES;

/** Files below a folder that hold a canary, as UTF-8 or as the UTF-16 in which Chromium keeps strings. */
function filesWithCanaries(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
  expect(files.length).toBeGreaterThan(5);
  return files.filter((path) => {
    const bytes = readFileSync(path);
    return CANARIES.some((text) => bytes.includes(text) || bytes.includes(Buffer.from(text, 'utf16le')));
  });
}

test('the real window keeps nothing of a customer on disk, even when personal data was shown and exported', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-privacy-'));
  const home = join(folder, 'home');
  const file = join(folder, 'shop.duckdb');
  const target = join(folder, 'vips.csv');
  await changeDatabase(
    file,
    'CREATE TABLE customers (id BIGINT, email VARCHAR, vip BOOLEAN, city VARCHAR)',
    `INSERT INTO customers SELECT ${ID} + range, '${EMAIL}', range % 2 = 0, '${CITY}' FROM range(500)`,
    'CREATE TABLE orders (order_id BIGINT, id BIGINT, amount DECIMAL(10,2), ordered_at TIMESTAMP)',
  );
  const engine = await composeEngine({ home: join(home, 'engine'), keychain: 'memory', version: '0.0.0' });
  const { connections, catalog, models, audiences } = engine.services;
  await connections.save({ label: 'Shop', kind: 'duckdb', settings: { path: file }, secrets: {} });
  await catalog.refresh('shop', {});
  models.save('shop', shopModel());
  audiences.save('shop', {
    name: 'VIPs',
    rule: {
      kind: 'condition',
      condition: { kind: 'attribute', entity: 'customer', column: 'vip', test: { op: 'is-true' } },
    },
    columns: ['email', 'city'].map((column) => ({ kind: 'attribute', entity: 'customer', column })),
  });
  await engine.close();

  const { app, page, close } = await launchSlipway({ home });
  try {
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, target);
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Audiences' }).click();
    await page.getByRole('main').getByRole('button', { name: /^VIPs/ }).click();
    await page.getByRole('tab', { name: 'Members' }).click();
    await expect(page.getByText('c•••').first()).toBeVisible();
    await expect(page.getByText(EMAIL)).toHaveCount(0);
    await page.getByRole('switch', { name: 'Show personal data' }).click();
    await expect(page.getByText(EMAIL).first()).toBeVisible();
    await page.getByRole('tab', { name: 'SQL' }).click();
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByRole('button', { name: /^Choose file and export$|^Export to file$/ }).click();
    await expect(page.getByTestId('export-rows')).toHaveText('250 rows');
    // While it runs, and after it has flushed what it keeps.
    expect(filesWithCanaries(home)).toEqual([]);
  } finally {
    await close();
  }
  expect(filesWithCanaries(home)).toEqual([]);
  // The search itself works: the file that was asked for holds them.
  expect(readFileSync(target).includes(EMAIL)).toBe(true);
  await rm(folder, { recursive: true, force: true });
});
