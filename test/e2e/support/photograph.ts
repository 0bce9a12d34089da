import { AxeBuilder } from '@axe-core/playwright';
import type { ElectronApplication, Page } from '@playwright/test';
import { expect } from '@playwright/test';

const FOLDER = 'test-results/pages';
const WIDE = { width: 1280, height: 800 };
/** The narrowest window. */
const NARROW = { width: 900, height: 700 };

/** A picture of the window as it is, light and dark, at both widths; axe judges each of the wide ones. */
export async function photograph(app: ElectronApplication, page: Page, shot: string): Promise<void> {
  await page.mouse.move(0, 0);
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await resize(app, NARROW);
    await clearToasts(page);
    await page.screenshot({ path: `${FOLDER}/${shot}-narrow-${colorScheme}.png` });
    await resize(app, WIDE);
    await page.screenshot({ path: `${FOLDER}/${shot}-${colorScheme}.png` });
    await judge(page, `${shot}, ${colorScheme}`);
  }
}

/** A picture for the README, on request alone, so that a test run leaves the tree as it was. */
export async function photographForReadme(app: ElectronApplication, page: Page, name: string): Promise<void> {
  if (process.env['SLIPWAY_PICTURES'] !== '1') return;
  await clearToasts(page);
  await page.mouse.move(0, 0);
  await resize(app, { width: 1440, height: 900 });
  await page.screenshot({ path: `build/pictures/${name}.png` });
}

async function clearToasts(page: Page): Promise<void> {
  const dismiss = page.getByRole('button', { name: 'Dismiss' });
  // All at once: one that is waited for may go by itself meanwhile.
  await dismiss.evaluateAll((buttons) => {
    for (const button of buttons) if (button instanceof HTMLElement) button.click();
  });
  await expect(dismiss).toHaveCount(0);
}

async function resize(
  app: ElectronApplication,
  size: { readonly width: number; readonly height: number },
): Promise<void> {
  await app.evaluate(({ BrowserWindow }, { width, height }) => {
    for (const window of BrowserWindow.getAllWindows()) window.setContentSize(width, height);
  }, size);
  const [page] = app.windows();
  await page?.waitForFunction(({ width }) => innerWidth === width, size);
}

async function judge(page: Page, where: string): Promise<void> {
  // A second page, which axe opens by itself elsewhere, cannot be had in the window of the app.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => `${where}: ${id} ${nodes[0]?.html ?? ''}`)).toEqual([]);
}
