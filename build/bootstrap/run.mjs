import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Runs a program to its end; resolves to its exit code. Signals reach it, because it shares the terminal. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    const forward = (signal) => child.kill(signal);
    process.on('SIGTERM', forward);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGTERM', forward);
      resolve(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1));
    });
  });
}

/** Runs a program quietly; returns `{ ok, output }` with what it wrote to both streams. */
export function capture(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', ...options });
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`.trim();
  return { ok: result.status === 0, output };
}

/** Whether a program of this name is on the PATH. */
export function hasProgram(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
}

/**
 * The Node 24 that the dependencies bring; every script but this bootstrap runs on it. It comes as one package per
 * platform: the package named `node` fetches them in an install script, which fails at times.
 */
export function projectNode(root) {
  const name = { darwin: process.arch === 'arm64' ? 'node-bin-darwin' : 'node-darwin', win32: 'node-win' };
  const folder = `${name[process.platform] ?? `node-${process.platform}`}-${process.arch}`;
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  return join(root, 'node_modules', folder, 'bin', program);
}

/** An environment in which `node` is the project's Node and the tools of the dependencies are found. */
export function projectEnvironment(root) {
  const tools = join(root, 'node_modules', '.bin');
  return { ...process.env, PATH: `${tools}${delimiter}${process.env.PATH ?? ''}` };
}

/**
 * The environment of the app itself, where it runs on the project's Node. glibc is asked for large pages, and for one arena, since memory of
 * threads comes from small pages otherwise: a lookup of one profile of a million waits for less then. What the caller has set for glibc stays.
 */
export function appEnvironment(root) {
  return { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1', ...projectEnvironment(root) };
}
