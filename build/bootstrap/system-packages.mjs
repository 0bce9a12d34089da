import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { capture, hasProgram } from './run.mjs';
import { SetupError } from './setup-error.mjs';

const program = (name, binary) => ({ name, isPresent: () => hasProgram(binary) });

/** What the tests need of a Debian system: a browser, a screen, a session bus and a keyring. */
export const TEST_PACKAGES = [
  { name: 'chromium', isPresent: () => existsSync(process.env.SLIPWAY_CHROMIUM ?? '/usr/bin/chromium') },
  program('xvfb', 'xvfb-run'),
  program('xauth', 'xauth'),
  program('dbus', 'dbus-run-session'),
  program('gnome-keyring', 'gnome-keyring-daemon'),
  { name: 'libsecret-1-0', isPresent: () => hasLibrary('libsecret-1.so.0') },
  { name: 'fonts-dejavu-core', isPresent: () => hasFont('DejaVuSans.ttf') },
];

/** What the component tests alone need. */
export const BROWSER_PACKAGES = TEST_PACKAGES.filter(
  ({ name }) => name === 'chromium' || name.startsWith('fonts-'),
);

/** What the test lakehouse needs: Java for Spark, Maven for Delta Lake, Python for Databricks' own connector. */
export const LAKEHOUSE_PACKAGES = [
  program('default-jre-headless', 'java'),
  program('maven', 'mvn'),
  program('openssl', 'openssl'),
  program('python3', 'python3'),
  { name: 'python3-pip', isPresent: () => capture('python3', ['-m', 'pip', '--version']).ok },
  { name: 'python3-venv', isPresent: () => capture('python3', ['-c', 'import ensurepip']).ok },
];

/** What Electron links to; asked for only when one of its libraries is not found. */
export const LIBRARY_PACKAGES = ['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxss1', 'libxtst6'].map(
  (name) => ({ name, isPresent: () => false }),
);

/** Installs by apt what is not present. `reason` is said when it cannot. */
export function ensureSystemPackages(packages, reason) {
  const missing = packages.filter(({ isPresent }) => !isPresent()).map(({ name }) => name);
  if (missing.length === 0) return;
  const list = missing.join(' ');
  if (process.platform !== 'linux' || !hasProgram('apt-get')) {
    throw new SetupError(
      `Missing: ${list}.`,
      `${reason} This system has no apt-get to install them with.`,
      'Install them with the package manager of this system and run the same command again.',
    );
  }
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && !hasProgram('sudo')) {
    throw new SetupError(
      `Missing: ${list}.`,
      `${reason} Installing them needs root or sudo.`,
      `Run as root: apt-get install ${list}`,
    );
  }
  console.error(`Installing ${list} (apt-get)…`);
  const apt = (...args) =>
    isRoot
      ? capture('apt-get', args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
      : capture('sudo', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args], {
          // sudo may ask for a password on the terminal.
          stdio: ['inherit', 'pipe', 'inherit'],
        });
  apt('update', '-qq');
  const result = apt('install', '-y', '-qq', '--no-install-recommends', ...missing.map(currentName));
  if (!result.ok) {
    throw new SetupError(
      `Could not install: ${list}.`,
      `apt-get ended with: ${result.output.split('\n').slice(-3).join(' ')}`,
      `Run it by hand to see more: apt-get install ${list}`,
    );
  }
}

/** Debian 13 renamed libraries whose binary interface changed with 64-bit time; the old names are ambiguous there. */
function currentName(name) {
  return capture('apt-cache', ['show', `${name}t64`]).ok ? `${name}t64` : name;
}

function hasLibrary(name) {
  const folders = ['/lib', '/usr/lib', '/usr/lib64'].filter((folder) => existsSync(folder));
  return folders.some(
    (folder) =>
      existsSync(join(folder, name)) ||
      readdirSync(folder).some((sub) => sub.includes('-linux-') && existsSync(join(folder, sub, name))),
  );
}

function hasFont(name) {
  const find = (folder, depth) =>
    existsSync(folder) &&
    readdirSync(folder, { withFileTypes: true }).some((entry) =>
      entry.isDirectory() ? depth > 0 && find(join(folder, entry.name), depth - 1) : entry.name === name,
    );
  return find('/usr/share/fonts', 3);
}
