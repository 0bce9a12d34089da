import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { openInBrowser } from '../support/browser.ts';

const PAGES = ['Connections', 'Catalog', 'Runs'] as const;

/** First start: one click opens the sample lakehouse. */
async function openSample(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Open the sample lakehouse' }).first().click({ timeout: 15_000 });
  await expect(page.getByText('Sample lakehouse').first()).toBeVisible({ timeout: 30_000 });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the pages of the sample in a browser have no serious finding of axe, ${colorScheme}`, async () => {
    const { page, browser, close } = await openInBrowser({ colorScheme });
    try {
      await openSample(page);
      for (const name of PAGES) {
        await page.getByRole('link', { name, exact: true }).click();
        await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
        const { violations } = await new AxeBuilder({ page }).analyze();
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(serious.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html ?? ''}`)).toEqual([]);
        await page.screenshot({
          path: `test-results/pages/browser-${colorScheme}-${name.toLowerCase()}.png`,
        });
      }
    } finally {
      await browser.close();
      await close();
    }
  });
}
