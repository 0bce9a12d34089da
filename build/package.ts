// Packs the desktop app with electron-builder, into release/.
//   npm run package                      an unpacked folder for this system
//   npm run package -- --linux deb       an installer; electron-builder fetches its own tools for it
//   npm run package -- --layout-only     packs around whatever Electron the tests use, to look at what is packed
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const [testElectron = '', ...args] = process.argv.slice(2);
const layoutOnly = args.includes('--layout-only');
const electronDist = layoutOnly ? sharedFolder(testElectron) : path('../node_modules/electron/dist');

if (!existsSync(electronDist)) {
  console.error(
    'The app cannot be packed: the Electron of package.json is not here.\n' +
      '  Why:  The host of its releases is not reachable; the older one of the tests is never given to users.\n' +
      '  Next: Open the network and run npm run setup, or look at the layout alone with -- --layout-only',
  );
  process.exit(1);
}

const targets = args.filter((arg) => arg !== '--layout-only');
const options = [
  ...(targets.length === 0 ? ['--dir'] : targets),
  ...['--config', layoutOnly ? withoutFuses() : path('electron-builder.yml')],
  ...['--publish', 'never', `-c.electronDist=${electronDist}`],
];
const builder = path('../node_modules/electron-builder/cli.js');
const { status } = spawnSync(process.execPath, [builder, ...options], { cwd: path('..'), stdio: 'inherit' });
process.exitCode = status ?? 1;

/** The folder that the tests start from links to the shared one, which has no app in it. */
function sharedFolder(executable: string): string {
  return dirname(realpathSync(join(dirname(executable), 'icudtl.dat')));
}

/** The older Electron lacks the newer fuses, and the command line of electron-builder cannot leave them out. */
function withoutFuses(): string {
  const config = z
    .record(z.string(), z.unknown())
    .parse(parse(readFileSync(path('electron-builder.yml'), 'utf8')));
  delete config['electronFuses'];
  const file = path('../.runtime/electron-builder.json');
  writeFileSync(file, JSON.stringify(config));
  return file;
}
