import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { cacheFolder } from '../cache.ts';
import { makeCertificate } from '../lakehouse/certificate.ts';
import { ensureTool, findFreePort, type Tool } from '../test-tools.ts';

/** A running PostgreSQL server with one database, whose owner signs in by password (SCRAM), with TLS or without. */
export interface Postgres {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** PEM file of the authority that signed the certificate of the server, which is of `localhost`. */
  readonly authorityFile: string;
  /** Runs SQL as the owner. @returns the rows of the last statement */
  sql(text: string): Promise<unknown[][]>;
  /** Ends all connections at once and the server with them. */
  stopServer(): Promise<void>;
  /** Starts the server again on the same port. */
  startServer(): Promise<void>;
  /** Stops it and removes its files. */
  remove(): Promise<void>;
}

const SYSTEM = '/usr/lib/postgresql';
/** PostgreSQL refuses root. */
const UNPRIVILEGED = 'nobody';
const START_WITHIN_MS = 30_000;

/** The folder with the programs of PostgreSQL: the system's own, or Debian's package unpacked into the cache. */
export async function findPostgres(): Promise<Tool> {
  const installed = installedFolders().find((folder) => existsSync(join(folder, 'initdb')));
  if (installed !== undefined) return { path: installed };
  try {
    const folder = await ensureTool('postgresql', 'PostgreSQL (20 MB)', unpackDebian);
    const programs = versionFolders(join(folder, SYSTEM)).at(0);
    if (programs !== undefined) return { path: programs };
  } catch {
    // Said below.
  }
  return { missing: 'PostgreSQL is not installed, and apt-get cannot download it' };
}

function installedFolders(): string[] {
  return [...versionFolders(SYSTEM), ...(process.env['PATH'] ?? '').split(delimiter)];
}

/** Folders with programs, the newest version first. */
function versionFolders(root: string): string[] {
  if (!existsSync(root)) return [];
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(root, version, 'bin'));
}

function unpackDebian(target: string): void {
  const apt = (program: string, ...args: readonly string[]): string =>
    execFileSync(program, args, { cwd: target, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const server = (): string | undefined =>
    /Depends: (postgresql-\d+)/.exec(apt('apt-cache', 'depends', 'postgresql'))?.[1];
  // A new machine has no lists of packages yet.
  if (server() === undefined) apt('apt-get', 'update', '-qq');
  const name = server();
  if (name === undefined) throw new Error('There is no package of PostgreSQL.');
  const libraries = apt('apt-cache', 'depends', name).matchAll(/Depends: (lib(?!c6|llvm|systemd)[^\s<>]+)/g);
  apt('apt-get', 'download', name, ...Array.from(libraries, ([, library = '']) => library));
  for (const file of readdirSync(target).filter((each) => each.endsWith('.deb'))) {
    execFileSync('dpkg-deb', ['-x', file, '.'], { cwd: target });
    rmSync(join(target, file));
  }
}

/** Starts a server on a free port of 127.0.0.1 with an empty database, as an unprivileged user. Remove it in the end. */
export async function startPostgres({ path }: { readonly path: string }): Promise<Postgres> {
  const home = mkdtempSync(join(tmpdir(), 'slipway-pg-'));
  const account = findAccount();
  const programs = placePrograms(path, home);
  const place = { host: '127.0.0.1', port: await findFreePort(), database: 'profiles' };
  const access = { user: 'owner', password: "pass 'word" };
  const { authorityFile } = writeCertificate(home);
  writeFileSync(join(home, 'password'), access.password);
  mkdirSync(join(home, 'data'));
  giveTo(home, account);
  const spawnAs = (program: string, args: readonly string[]): ChildProcess =>
    spawn(join(programs.folder, program), args, {
      cwd: home,
      stdio: 'ignore',
      env: { ...process.env, ...programs.env },
      ...(account === undefined ? {} : account),
    });
  await runInitdb(spawnAs, home, access.user);
  let server: ChildProcess | undefined;
  const connect = async (database: string): Promise<pg.Client> => {
    const client = new pg.Client({ ...place, ...access, database });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const startServer = async (): Promise<void> => {
    server = spawnAs('postgres', serverArgs(home, place.port));
    await waitUntil(server, async () => (await connect('postgres')).end());
  };
  const stopServer = async (): Promise<void> => {
    if (server?.exitCode !== null || server.pid === undefined) return;
    const ended = once(server, 'exit');
    // A “fast” shutdown: sessions are ended.
    server.kill('SIGINT');
    await ended;
  };
  const run = async (database: string, text: string): Promise<unknown[][]> => {
    const client = await connect(database);
    try {
      return (await client.query<unknown[]>({ text, rowMode: 'array' })).rows;
    } finally {
      await client.end();
    }
  };
  await startServer();
  await run('postgres', `CREATE DATABASE ${place.database}`);
  return {
    ...place,
    ...access,
    authorityFile,
    sql: (text) => run(place.database, text),
    startServer,
    stopServer,
    remove: async () => {
      await stopServer();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function serverArgs(home: string, port: number): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: home,
    ssl: 'on',
    ssl_cert_file: join(home, 'tls', 'server.pem'),
    ssl_key_file: join(home, 'tls', 'server.key'),
    // A test's data need not outlive a crash.
    fsync: 'off',
    full_page_writes: 'off',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', join(home, 'data'), '-p', String(port), ...flags];
}

async function runInitdb(
  spawnAs: (program: string, args: readonly string[]) => ChildProcess,
  home: string,
  user: string,
): Promise<void> {
  const child = spawnAs('initdb', [
    ...['-D', join(home, 'data'), '-U', user, '--pwfile', join(home, 'password')],
    ...['-A', 'scram-sha-256', '-E', 'UTF8', '--locale', 'C', '--no-sync'],
  ]);
  await once(child, 'exit');
  if (child.exitCode !== 0) throw new Error(`initdb ended with ${String(child.exitCode)}.`);
}

async function waitUntil(server: ChildProcess, act: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + START_WITHIN_MS;
  for (;;) {
    try {
      await act();
      return;
    } catch (error) {
      if (server.exitCode !== null || Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}

function writeCertificate(home: string): { readonly authorityFile: string } {
  const folder = join(home, 'tls');
  mkdirSync(folder);
  return makeCertificate(folder);
}

/** The account of the server where the tests run as root; undefined for this one. */
function findAccount(): { readonly uid: number; readonly gid: number } | undefined {
  if (userInfo().uid !== 0) return undefined;
  const idOf = (flag: string): number =>
    Number(spawnSync('id', [flag, UNPRIVILEGED], { encoding: 'utf8' }).stdout.trim());
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** The cache may lie where an unprivileged user cannot read, and its libraries are found by no linker. */
function placePrograms(
  path: string,
  home: string,
): { readonly folder: string; readonly env: Readonly<Record<string, string>> } {
  const cached = join(cacheFolder('test-tools'), 'postgresql');
  if (!path.startsWith(cached)) return { folder: path, env: {} };
  cpSync(cached, join(home, 'programs'), { recursive: true, verbatimSymlinks: true });
  const libraries = join(home, 'programs', 'libraries');
  mkdirSync(libraries);
  for (const file of readdirSync(join(home, 'programs', 'usr', 'lib'), {
    recursive: true,
    encoding: 'utf8',
  })) {
    const name = file.split('/').at(-1) ?? '';
    if (/\.so\.\d+$/.test(name))
      copyFileSync(join(home, 'programs', 'usr', 'lib', file), join(libraries, name));
  }
  return { folder: join(home, 'programs', path.slice(cached.length)), env: { LD_LIBRARY_PATH: libraries } };
}

function giveTo(home: string, account: { readonly uid: number; readonly gid: number } | undefined): void {
  chmodSync(home, 0o755);
  if (account === undefined) return;
  for (const name of ['.', 'data', 'password', 'tls/server.key', 'tls/server.pem', 'tls']) {
    chownSync(join(home, name), account.uid, account.gid);
  }
}
