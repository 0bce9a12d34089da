// Draws build/icon.png, 1024 × 1024, from the mark of the renderer. Run it when the mark changes: npm run icon
import { chromium } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromiumArgs, chromiumPath } from '../test/support/chromium.ts';

const SIZE = 1024;
const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const mark = await readFile(path('../renderer/shell/mark.svg'), 'base64');
const browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArgs });
const page = await browser.newPage({ viewport: { width: SIZE, height: SIZE } });
await page.setContent(
  `<style>body{margin:0}img{display:block;width:${SIZE}px;height:${SIZE}px}</style>
   <img src="data:image/svg+xml;base64,${mark}" alt="">`,
);
await page.locator('img').screenshot({ path: path('icon.png'), omitBackground: true });
await browser.close();
