import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { openInBrowser } from '../support/browser.ts';
import { launchSlipway } from '../support/electron.ts';

/** What the page reports as an error from now on, such as something that the content policy refused. */
function collectErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => {
    errors.push(error.message);
  });
  return errors;
}

/** Loads the page anew, so that its first moments are seen too, and waits until the engine has answered. */
async function reload(page: Page): Promise<void> {
  await page.reload();
  await expect(page.getByRole('button', { name: 'Open the sample lakehouse' }).first()).toBeVisible();
}

test('the desktop window opens, and opens again after a reload, without an error', async () => {
  const slipway = await launchSlipway();
  try {
    const errors = collectErrors(slipway.page);
    await expect(slipway.page.getByRole('heading', { level: 1 })).toBeVisible();
    await reload(slipway.page);
    await reload(slipway.page);
    expect(errors).toEqual([]);
  } finally {
    await slipway.close();
  }
});

test('a browser opens on the same page over the bridge, without an error', async () => {
  const opened = await openInBrowser();
  try {
    const errors = collectErrors(opened.page);
    await expect(opened.page.getByRole('heading', { level: 1 })).toBeVisible();
    await reload(opened.page);
    expect(errors).toEqual([]);
  } finally {
    await opened.close();
  }
});
