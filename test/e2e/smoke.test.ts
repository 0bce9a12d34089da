import { expect, test } from '@playwright/test';
import { openInBrowser } from '../support/browser.ts';
import { launchSlipway } from '../support/electron.ts';

test('the desktop window opens on a page with a heading', async () => {
  const slipway = await launchSlipway();
  try {
    await expect(slipway.page.getByRole('heading', { level: 1 })).toBeVisible();
  } finally {
    await slipway.close();
  }
});

test('a browser opens on the same page over the bridge', async () => {
  const opened = await openInBrowser();
  try {
    await expect(opened.page.getByRole('heading', { level: 1 })).toBeVisible();
  } finally {
    await opened.close();
  }
});
