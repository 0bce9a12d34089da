import type { ElectronApplication, Page } from '@playwright/test';
import { _electron } from '@playwright/test';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export interface LaunchOptions {
  /** Folder of everything the app writes; a new temporary one when absent. Give it again to start on the same data. */
  readonly home?: string;
  readonly colorScheme?: 'light' | 'dark';
  /** Folder of another app to start in the same way, to compare with; Slipway where absent. */
  readonly appFolder?: string;
}

export interface LaunchedSlipway {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** Everything the app writes: Chromium's files, the window's place and, in `engine/`, the store and the sample. */
  readonly home: string;
  /** Ends the app; a temporary home is removed. */
  close(): Promise<void>;
}

/** Starts the real desktop app, as built into `dist/`, on the Electron that `npm run setup` found. */
export async function launchSlipway(options: LaunchOptions = {}): Promise<LaunchedSlipway> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'slipway-desktop-')));
  const runtime = readRuntime();
  const args = options.appFolder === undefined ? runtime.args : [options.appFolder];
  // Playwright holds the app back until it has attached, but only an Electron that it finds by itself: an app that
  // opens its window meanwhile is lost to it at times.
  if (runtime.dist !== undefined) process.env['ELECTRON_OVERRIDE_DIST_PATH'] = runtime.dist;
  const app = await _electron.launch({
    args: [...args, '--no-sandbox', '--disable-gpu', `--user-data-dir=${home}`],
    colorScheme: options.colorScheme ?? 'light',
    timeout: 60_000,
  });
  const page = await app.firstWindow();
  return {
    app,
    page,
    home,
    close: async () => {
      await app.close();
      if (options.home === undefined) await rm(home, { recursive: true, force: true });
    },
  };
}

const Runtime = z.object({ args: z.array(z.string()), dist: z.string().optional() });

function readRuntime(): z.infer<typeof Runtime> {
  const file = fileURLToPath(new URL('../../.runtime/electron.json', import.meta.url));
  if (!existsSync(file)) throw new Error(`${file} is not there. Run npm run setup.`);
  return Runtime.parse(JSON.parse(readFileSync(file, 'utf8')));
}
