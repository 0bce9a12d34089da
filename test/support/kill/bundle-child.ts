import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Joins the child into one file below a folder: it starts in half the time that its three hundred modules take. @returns the file */
export async function bundleChild(folder: string): Promise<string> {
  const outDir = join(folder, 'child');
  await build({
    configFile: false,
    root: path('../../..'),
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      target: 'node24',
      ssr: path('./child.ts'),
      outDir,
      minify: false,
      rolldownOptions: {
        // Native addons, and drivers that are loaded where they are used.
        external: ['better-sqlite3', /^@duckdb\//, '@databricks/sql', 'ssh2', /^@aws-sdk\//],
        output: { codeSplitting: false, entryFileNames: 'child.mjs' },
      },
    },
  });
  symlinkSync(path('../../../node_modules'), join(folder, 'node_modules'));
  return join(outDir, 'child.mjs');
}
