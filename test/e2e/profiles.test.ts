import { expect, test } from '@playwright/test';
import { launchSlipway } from '../support/electron.ts';
import { photograph, photographForReadme } from './support/photograph.ts';
import { composeSeed } from './support/seed-by-hand.ts';
import { visit } from './support/seed-clicks.ts';

const TOKEN = /slw_[\w-]{43}/;

test('a Profile API by clicks in the real window: defined, with a key, on, asked by HTTP, off', async () => {
  const { app, page, home, close } = await launchSlipway();
  try {
    const ids = await composeSeed(page, `${home}/engine`);
    const [customer = ''] = ids['Paid media'];
    await visit(page, 'Profiles');
    await page.getByRole('tab', { name: /^API/ }).click();
    await page.getByRole('button', { name: 'Suggest' }).click();
    await page.getByRole('spinbutton', { name: 'Port' }).fill('0');
    await page.getByRole('button', { name: 'Save API' }).click();
    await expect(page.getByText('Saved the Profile API').first()).toBeVisible();

    await page.getByRole('button', { name: 'Make a key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Shop banner');
    await dialog.getByRole('checkbox').first().check();
    await dialog.getByRole('button', { name: 'Make the key' }).click();
    await expect(dialog).toContainText(TOKEN);
    const token = TOKEN.exec((await dialog.textContent()) ?? '')?.[0] ?? '';
    expect(token).not.toBe('');
    await page.getByRole('button', { name: 'Done' }).click();
    await expect(page.getByText(token)).toHaveCount(0);

    await page.getByRole('switch', { name: 'Profile API' }).click();
    const address = page.getByRole('status').filter({ hasText: /at http:\/\/127/ });
    await expect(address).toBeVisible();
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec((await address.textContent()) ?? '')?.[0] ?? '';
    const ask = (key: string) =>
      fetch(`${url}/v1/profiles/${customer}`, { headers: { authorization: `Bearer ${key}` } });
    await expect.poll(async () => (await ask(token)).status).toBe(200);
    const profile = (await (await ask(token)).json()) as { parts: Record<string, { audiences: string[] }> };
    expect(Object.values(profile.parts)[0]?.audiences).toEqual(
      expect.arrayContaining(['bundle-target', 'paid-media']),
    );
    expect((await ask(`${token.slice(0, -1)}x`)).status).toBe(401);
    await photograph(app, page, 'profiles-api');

    await page.getByRole('tab', { name: /^Traffic/ }).click();
    await expect(page.getByRole('img').first()).toBeVisible();
    await photograph(app, page, 'profiles-traffic');

    await page.getByRole('tab', { name: /^Look up/ }).click();
    await page.getByRole('textbox', { name: 'Customer id' }).fill(customer);
    await page.keyboard.press('Enter');
    await expect(page.getByText('Paid media').first()).toBeVisible();
    await photograph(app, page, 'profiles-look-up');
    await photographForReadme(app, page, 'profile');

    await page.getByRole('tab', { name: /^API/ }).click();
    await page.getByRole('switch', { name: 'Profile API' }).click();
    await expect
      .poll(() =>
        ask(token).then(
          () => 'answers',
          () => 'gone',
        ),
      )
      .toBe('gone');
  } finally {
    await close();
  }
});
