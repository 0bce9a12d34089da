import type { ElectronApplication, Page } from '@playwright/test';
import { _electron } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface LaunchOptions {
  /** Folder of everything the app writes; a new temporary one when absent. Give it again to start on the same data. */
  readonly home?: string;
  readonly colorScheme?: 'light' | 'dark';
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
  const { executable, args } = readRuntime();
  const app = await _electron.launch({
    executablePath: executable,
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

function readRuntime(): { executable: string; args: string[] } {
  const file = fileURLToPath(new URL('../../.runtime/electron.json', import.meta.url));
  const runtime: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (
    typeof runtime === 'object' &&
    runtime !== null &&
    'executable' in runtime &&
    typeof runtime.executable === 'string' &&
    'args' in runtime &&
    Array.isArray(runtime.args)
  ) {
    return { executable: runtime.executable, args: runtime.args.map(String) };
  }
  throw new Error(`${file} does not name an Electron. Run npm run setup.`);
}
