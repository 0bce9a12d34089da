// Type-checks each runtime with its own library set, so that DOM names do not compile in the engine
// and Node names do not compile in the preload. Svelte code is checked by `npm run check:svelte`.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const projects = ['tsconfig.json', 'build/tsconfig.preload.json', 'test/e2e/tsconfig.json'];

const results = await Promise.all(
  projects.map(
    (project) =>
      new Promise<number>((resolve, reject) => {
        const child = spawn(process.execPath, [compiler, '-p', project], { cwd: root, stdio: 'inherit' });
        child.on('error', reject);
        child.on('exit', (code) => {
          resolve(code ?? 1);
        });
      }),
  ),
);
process.exitCode = results.every((code) => code === 0) ? 0 : 1;
