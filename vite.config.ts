import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import type { EnvironmentOptions } from 'vite';
import { defineConfig } from 'vite';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/**
 * Stay outside of every bundle: Electron itself, native addons, the Databricks driver and the SFTP client, which look for optional native
 * addons, and the S3 client, which would have to be read at every start. The engine always runs on Node 24, where an ESM dependency
 * can be required.
 */
const EXTERNAL = [
  'electron',
  'better-sqlite3',
  '@duckdb/node-api',
  '@github/keytar',
  '@databricks/sql',
  'ssh2-sftp-client',
  '@aws-sdk/client-s3',
  '@aws-sdk/lib-storage',
];

/** The oldest runtime of each process: Electron 22 for window and main, Node 24 for the engine. */
const WINDOW_TARGET = 'chrome108';
const MAIN_TARGET = 'node16';
const ENGINE_TARGET = 'node24';

/**
 * One environment per process with one entry each: several CommonJS entries in one environment would put the
 * shared runtime into one of them and start it with the others.
 */
function nodeProcess(name: string, entry: string, format: 'cjs' | 'es', target: string): EnvironmentOptions {
  return {
    consumer: 'server',
    resolve: {
      noExternal: true,
      external: EXTERNAL,
    },
    keepProcessEnv: true,
    build: {
      target,
      ssr: true,
      outDir: path(`dist/${name}`),
      emptyOutDir: true,
      minify: false,
      rolldownOptions: {
        input: path(entry),
        external: [...EXTERNAL, /^@duckdb\/node-bindings/],
        output: {
          format,
          codeSplitting: false,
          entryFileNames: `${name}.${format === 'cjs' ? 'cjs' : 'mjs'}`,
        },
      },
    },
  };
}

export default defineConfig({
  root: path('renderer'),
  base: './',
  plugins: [svelte({ configFile: path('svelte.config.js') })],
  environments: {
    client: {
      build: {
        target: WINDOW_TARGET,
        // Lowers nested CSS, which Chromium 108 does not know.
        cssTarget: WINDOW_TARGET,
        outDir: path('dist/client'),
        emptyOutDir: true,
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        // The files lie on the same disk: one chunk loads faster than many small ones.
        chunkSizeWarningLimit: 3000,
        rolldownOptions: { checks: { bundlerTimings: false } },
      },
    },
    main: nodeProcess('main', 'electron/main.ts', 'cjs', MAIN_TARGET),
    preload: nodeProcess('preload', 'electron/preload.ts', 'cjs', MAIN_TARGET),
    engine: nodeProcess('engine', 'electron/hosts/node-child-entry.ts', 'cjs', ENGINE_TARGET),
    bridge: nodeProcess('bridge', 'electron/bridge.ts', 'es', ENGINE_TARGET),
    profiles: nodeProcess('profiles', 'electron/profile-api/thread-entry.ts', 'es', ENGINE_TARGET),
    cli: nodeProcess('cli', 'electron/cli.ts', 'es', ENGINE_TARGET),
  },
  builder: {
    async buildApp(builder) {
      for (const environment of Object.values(builder.environments)) {
        if (environment.name !== 'ssr') await builder.build(environment);
      }
    },
  },
});
