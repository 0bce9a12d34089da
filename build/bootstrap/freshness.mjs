import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectEnvironment, projectNode, run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

const SOURCES = [
  'electron',
  'renderer',
  'vite.config.ts',
  'svelte.config.js',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
];

/** How long another build of this checkout is waited for, in milliseconds. */
const LOCK_LIMIT_MS = 120_000;

/** Builds `dist/` unless it is already made from the sources as they are. Only one build runs at a time. */
export async function buildIfChanged(root) {
  if (isFresh(root)) return;
  await withLock(root, async () => {
    if (!isFresh(root)) await build(root);
  });
}

/** Builds `dist/` in any case. */
export async function buildAlways(root) {
  await withLock(root, () => build(root));
}

async function build(root) {
  const stamp = stampSources(root);
  console.error('Building…');
  rmSync(stampFile(root), { force: true });
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const code = await run(projectNode(root), [vite, 'build', '--app', '--logLevel', 'warn'], {
    cwd: root,
    stdio: ['ignore', process.stderr, process.stderr],
    env: projectEnvironment(root),
  });
  if (code !== 0) {
    throw new SetupError(
      'The build failed.',
      'Vite could not bundle the sources; its own message is above.',
      'Mend the file that it names and run the same command again.',
    );
  }
  writeFileSync(stampFile(root), stamp);
}

function isFresh(root) {
  const file = stampFile(root);
  return existsSync(file) && readFileSync(file, 'utf8') === stampSources(root);
}

function stampFile(root) {
  return join(root, 'dist', '.stamp');
}

/** A digest of path, size and time of change of every source file: quick, and enough to notice an edit. */
function stampSources(root) {
  const hash = createHash('sha256');
  const visit = (path) => {
    const file = join(root, path);
    const status = statSync(file);
    if (status.isDirectory()) {
      for (const name of readdirSync(file).sort()) visit(`${path}/${name}`);
    } else {
      hash.update(`${path}\0${status.size}\0${status.mtimeMs}\n`);
    }
  };
  SOURCES.forEach(visit);
  return hash.digest('hex');
}

async function withLock(root, work) {
  const folder = join(root, '.runtime');
  const lock = join(folder, 'build.lock');
  mkdirSync(folder, { recursive: true });
  const limit = Date.now() + LOCK_LIMIT_MS;
  while (!takeLock(lock)) {
    if (Date.now() > limit) {
      throw new SetupError(
        'Another build of this checkout does not end.',
        `${lock} is held by process ${readFileSync(lock, 'utf8')}.`,
        'End that process and run the same command again.',
      );
    }
    await sleep(100);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function takeLock(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    // The lock is there: it counts while its owner lives.
    if (!isAlive(lock)) rmSync(lock, { force: true });
    return false;
  }
}

function isAlive(lock) {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
    return true;
  } catch (error) {
    // A lock that is gone is tried again at once; a process of another user is alive (EPERM).
    return error.code === 'EPERM' || error.code === 'ENOENT';
  }
}
