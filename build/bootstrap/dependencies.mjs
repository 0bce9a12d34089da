import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { projectNode, run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

/** Installs the dependencies exactly as locked, when what is installed differs from the lock file. */
export async function ensureDependencies(root) {
  if (isInstalled(root)) return;
  console.error('Installing dependencies (npm ci)…');
  const windows = process.platform === 'win32';
  const code = await run(
    windows ? 'npm.cmd' : 'npm',
    ['ci', '--no-fund', '--no-audit', '--loglevel', 'error'],
    {
      cwd: root,
      shell: windows,
      // Output of this step must not mix into what a command line user pipes on.
      stdio: ['ignore', process.stderr, process.stderr],
      env: { ...process.env, PATH: withoutProjectTools(root) },
    },
  );
  if (code !== 0) {
    throw new SetupError(
      'The dependencies could not be installed.',
      `npm ci ended with exit code ${code}; its own message is above.`,
      'Check that the npm registry is reachable (npm ping), then run the same command again.',
    );
  }
  if (!isInstalled(root)) {
    throw new SetupError(
      'The dependencies are not complete.',
      'npm ci ended well, but node_modules does not match package-lock.json or lacks Node 24.',
      'Delete node_modules and run the same command again.',
    );
  }
}

/** npm keeps a copy of what it installed in node_modules; every locked package must be in it, unless it is optional. */
function isInstalled(root) {
  const installedFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile) || !existsSync(projectNode(root))) return false;
  const locked = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(installedFile);
  return Object.entries(locked).every(([path, { version, integrity, optional, devOptional }]) => {
    if (path === '') return true;
    const found = installed[path];
    if (found === undefined) return optional === true || devOptional === true;
    return found.version === version && found.integrity === integrity;
  });
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/** npm must not run on the Node inside the folder that it is about to replace. */
function withoutProjectTools(root) {
  const tools = join(root, 'node_modules', '.bin');
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== tools)
    .join(delimiter);
}
