import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumArgs, chromiumPath } from './test/support/chromium.ts';

process.env['TZ'] = 'UTC';

export default defineConfig({
  test: {
    env: { TZ: 'UTC' },
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      { test: { name: 'golden', include: ['test/golden/**/*.test.ts'] } },
      {
        test: {
          name: 'engine',
          include: ['test/engine/**/*.test.ts', 'test/contract/**/*.test.ts'],
          // Native addons (DuckDB, SQLite) keep threads and handles; a process per file keeps them apart.
          pool: 'forks',
          // One less than there are cores would leave one of two idle: most files wait for a disk or a server now and then.
          maxWorkers: 2,
          // As the driver would be without the app: what spares memory after large statements costs these many small ones a tenth.
          env: { DUCKDB_JE_MALLOC_CONF: '' },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'lakehouse',
          include: ['test/lakehouse/**/*.test.ts'],
          globalSetup: ['test/support/lakehouse/global-setup.ts'],
          pool: 'forks',
          // One lakehouse serves the whole run, and a fault that one file sets would be met by another.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        plugins: [svelte()],
        // Found before the first test: a dependency that turns up later reloads the page under a running test.
        optimizeDeps: {
          entries: ['renderer/main.ts', 'test/component/**/*.test.ts'],
          include: ['vitest-browser-svelte'],
        },
        test: {
          name: 'component',
          include: ['test/component/**/*.test.ts'],
          setupFiles: ['vitest-browser-svelte'],
          testTimeout: 20_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath: chromiumPath, args: chromiumArgs } }),
            instances: [{ browser: 'chromium', viewport: { width: 1280, height: 800 } }],
          },
        },
      },
    ],
  },
});
