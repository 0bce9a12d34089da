import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { makeSshKeys, type SshKeys } from './ssh-keys.ts';
import { ensureTool, findFreePort, type Tool } from './test-tools.ts';

/** A running OpenSSH server that takes one user by key, for SFTP only. */
export interface Sshd {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Of the user. */
  readonly keys: SshKeys;
  /** The same user with a key that has a passphrase. */
  readonly lockedKeys: SshKeys & { readonly passphrase: string };
  readonly hostKey: string;
  /** The folder in which the account begins, on this computer. */
  readonly folder: string;
  stop(): Promise<void>;
}

const SYSTEM_SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/sbin/sshd'];
const LIBRARY = /^libwrap\.so/;
/** A user that may not be root, since root's sshd needs a user of its own and a folder in /run. */
const UNPRIVILEGED = 'daemon';

/** The system's sshd, or Debian's package unpacked into the cache: nothing is installed, nothing listens afterwards. */
export async function findSshd(): Promise<Tool> {
  const installed = SYSTEM_SSHD.find((path) => existsSync(path));
  if (installed !== undefined) return { path: installed };
  try {
    const folder = await ensureTool('openssh', 'OpenSSH’s server (0.5 MB)', unpackDebian);
    return { path: join(folder, 'sshd') };
  } catch {
    return { missing: 'sshd is not installed, and apt-get cannot download openssh-server' };
  }
}

function unpackDebian(target: string): void {
  const work = join(target, 'packages');
  mkdirSync(work);
  const apt = (...args: readonly string[]): void => {
    execFileSync('apt-get', args, { cwd: work, stdio: 'ignore' });
  };
  const download = (): void => apt('download', 'openssh-server', 'libwrap0');
  try {
    download();
  } catch {
    // A new machine has no lists of packages yet.
    apt('update', '-qq');
    download();
  }
  for (const file of readdirSync(work)) execFileSync('dpkg-deb', ['-x', join(work, file), work]);
  copyFileSync(join(work, 'usr', 'sbin', 'sshd'), join(target, 'sshd'));
  const libraries = join(work, 'usr', 'lib');
  for (const path of readdirSync(libraries, { recursive: true, encoding: 'utf8' })) {
    const name = path.split('/').at(-1) ?? '';
    if (LIBRARY.test(name)) copyFileSync(join(libraries, path), join(target, name));
  }
  rmSync(work, { recursive: true });
}

/** Starts a server on a free port of 127.0.0.1, as an unprivileged user. Stop it in the end. */
export async function startSshd({ path }: { readonly path: string }): Promise<Sshd> {
  const home = mkdtempSync(join(tmpdir(), 'slipway-sshd-'));
  const account = findAccount();
  const folder = join(home, 'files');
  mkdirSync(folder);
  const host = makeSshKeys();
  const keys = makeSshKeys();
  const passphrase = 'open sesame';
  const lockedKeys = { ...makeSshKeys(passphrase), passphrase };
  const port = await findFreePort();
  const write = (name: string, text: string): string => {
    writeFileSync(join(home, name), text, { mode: 0o600 });
    return join(home, name);
  };
  const sftp = `internal-sftp -d ${folder}`;
  const settings = write(
    'sshd_config',
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${write('host_key', host.privateKey)}`,
      `AuthorizedKeysFile ${write('authorized_keys', `${keys.publicKey}\n${lockedKeys.publicKey}\n`)}`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      `Subsystem sftp ${sftp}`,
      `ForceCommand ${sftp}`,
      '',
    ].join('\n'),
  );
  const program = placeProgram(path, home);
  giveTo(home, account);
  const child = spawn(program, ['-D', '-e', '-f', settings], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LD_LIBRARY_PATH: home },
    ...(account.isSelf ? {} : { uid: account.uid, gid: account.gid }),
  });
  const ended = once(child, 'exit');
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (text: Buffer) => {
      said += text.toString();
      if (said.includes('Server listening')) resolve();
    });
    void ended.then(() => reject(new Error(`sshd did not start: ${said}`)));
  });
  return {
    host: '127.0.0.1',
    port,
    user: account.name,
    keys,
    lockedKeys,
    hostKey: host.fingerprint,
    folder,
    stop: async () => {
      child.kill();
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly isSelf: boolean;
}

function findAccount(): Account {
  const { username, uid, gid } = userInfo();
  if (uid !== 0) return { name: username, uid, gid, isSelf: true };
  const idOf = (flag: string): number =>
    Number(execFileSync('id', [flag, UNPRIVILEGED], { encoding: 'utf8' }).trim());
  return { name: UNPRIVILEGED, uid: idOf('-u'), gid: idOf('-g'), isSelf: false };
}

/** The cache may lie where an unprivileged user cannot read; sshd starts itself anew for each connection. */
function placeProgram(path: string, home: string): string {
  if (SYSTEM_SSHD.includes(path)) return path;
  for (const name of readdirSync(join(path, '..'))) copyFileSync(join(path, '..', name), join(home, name));
  chmodSync(join(home, 'sshd'), 0o755);
  return join(home, 'sshd');
}

function giveTo(home: string, { uid, gid, isSelf }: Account): void {
  chmodSync(home, 0o755);
  if (isSelf) return;
  for (const name of readdirSync(home)) chownSync(join(home, name), uid, gid);
}
