import type { Browser, Page } from '@playwright/test';
import { chromium } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumArgs, chromiumPath } from './chromium.ts';
import { startProgram } from './program.ts';

export interface RunningBridge {
  /** The address with its token. */
  readonly url: string;
  /** The folder the engine writes to. */
  readonly home: string;
  /** Ends the bridge; a temporary home is removed. */
  close(): Promise<void>;
}

export interface OpenedBrowser extends RunningBridge {
  readonly browser: Browser;
  readonly page: Page;
}

/** Starts the real bridge, as built into `dist/`, in a process of its own on a free port. */
export async function startBridgeProcess(
  options: { readonly home?: string; readonly keychain?: 'os' | 'memory' } = {},
): Promise<RunningBridge> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'slipway-bridge-')));
  const entry = fileURLToPath(new URL('../../dist/bridge/bridge.mjs', import.meta.url));
  const args = ['--home', home, '--keychain', options.keychain ?? 'memory'];
  const { url, stop } = await startProgram(entry, args);
  return {
    url,
    home,
    close: async () => {
      await stop();
      if (options.home === undefined) await rm(home, { recursive: true, force: true });
    },
  };
}

/** Opens the renderer in the system's Chromium over the bridge. */
export async function openInBrowser(
  options: { readonly home?: string; readonly colorScheme?: 'light' | 'dark' } = {},
): Promise<OpenedBrowser> {
  const bridge = await startBridgeProcess(options);
  const browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArgs });
  // A context of its own: axe opens a second page beside the first, which `browser.newPage` forbids.
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: options.colorScheme ?? 'light',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto(bridge.url);
  return {
    ...bridge,
    browser,
    page,
    close: async () => {
      await browser.close();
      await bridge.close();
    },
  };
}
