import { createHash } from 'node:crypto';
import type SftpClient from 'ssh2-sftp-client';
import type { Secrets, Settings } from '../domain/field-spec.ts';
import { untilAborted } from '../domain/until-aborted.ts';
import { invalidSetting } from './failure.ts';
import { readCount, readText } from './read-settings.ts';
import { mapSignInError, refuseHostKey, unreachable } from './sftp-error.ts';

/** The acts of SFTP on an open connection, as ssh2 has them. */
export type SftpActs = Awaited<ReturnType<SftpClient['connect']>>;

/** Where a server is, how to sign in, and the key it must hold. */
export interface SftpAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly auth: 'key' | 'password';
  /** `SHA256:…` as OpenSSH prints it; empty where none is pinned yet. */
  readonly hostKey: string;
  /** Without a slash at its end; `.` is where the account begins. */
  readonly folder: string;
  readonly secrets: Secrets;
}

/** An open connection. */
export interface SftpSession {
  readonly acts: SftpActs;
  /** False once the connection broke. */
  isOpen(): boolean;
  /** Ends it, without waiting long: a dead connection never answers. */
  close(): Promise<void>;
}

const READY_WITHIN_MS = 20_000;
const CLOSE_WITHIN_MS = 2_000;
const KEEPALIVE_MS = 10_000;
const MISSED_KEEPALIVES = 3;

/** Reads the account. @throws DeliveryFailure SETTINGS_INVALID naming the field */
export function readSftpAddress(settings: Settings, secrets: Secrets): SftpAddress {
  const host = readText(settings, 'host');
  if (!/^[a-z0-9]([a-z0-9.:-]*[a-z0-9])?$/i.test(host)) {
    throw invalidSetting(
      'settings.host',
      host === '' ? 'The host is missing.' : 'The host is not a host name.',
      'Enter the name alone, such as sftp.example.com.',
    );
  }
  const port = readCount(settings, 'port', 22);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw invalidSetting(
      'settings.port',
      'The port is not a number from 1 to 65535.',
      'Use 22 unless the operator of the server says otherwise.',
    );
  }
  const hostKey = readText(settings, 'hostKey').replace(/=+$/, '');
  if (hostKey !== '' && !/^SHA256:[A-Za-z0-9+/]{43}$/.test(hostKey)) {
    throw invalidSetting(
      'settings.hostKey',
      'The host key is not a fingerprint of the form SHA256:….',
      'Paste the fingerprint as ssh-keygen -l prints it.',
    );
  }
  const auth = readText(settings, 'auth', 'key') === 'password' ? 'password' : 'key';
  const needed = auth === 'key' ? 'privateKey' : 'password';
  if ((secrets[needed] ?? '') === '') {
    const what = auth === 'key' ? 'private key' : 'password';
    throw invalidSetting(`settings.${needed}`, `The ${what} is missing.`, `Enter the ${what} of the user.`);
  }
  const folder = readText(settings, 'folder', '.');
  return {
    host,
    port,
    user: readText(settings, 'user'),
    auth,
    hostKey,
    folder: folder.replace(/(?<=.)\/+$/, ''),
    secrets,
  };
}

/**
 * Connects and signs in. `onTrusted` is told once the server has shown the pinned key, before anything secret is sent to it.
 * @throws DeliveryFailure; an abort rejects with the signal's reason
 */
export async function openSftp(
  address: SftpAddress,
  signal: AbortSignal,
  onTrusted: () => void = () => undefined,
): Promise<SftpSession> {
  signal.throwIfAborted();
  const { host, port, user, auth, hostKey, secrets } = address;
  const { default: Client } = await import('ssh2-sftp-client');
  let isOpen = true;
  let found: string | undefined;
  const lost = (): void => {
    isOpen = false;
  };
  const client = new Client('slipway', { error: lost, end: lost, close: lost });
  const password = secrets['password'] ?? '';
  const passphrase = secrets['passphrase'] ?? '';
  client.on('keyboard-interactive', (...given: readonly unknown[]) => {
    answerPrompts(given, password);
  });
  const connecting = client.connect({
    host,
    port,
    username: user,
    ...(auth === 'password'
      ? { password, tryKeyboard: true }
      : { privateKey: secrets['privateKey'] ?? '', ...(passphrase === '' ? {} : { passphrase }) }),
    readyTimeout: READY_WITHIN_MS,
    keepaliveInterval: KEEPALIVE_MS,
    keepaliveCountMax: MISSED_KEEPALIVES,
    hostVerifier: (key: Buffer) => {
      found = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
      if (found !== hostKey) return false;
      onTrusted();
      return true;
    },
  });
  try {
    const acts = await untilAborted(connecting, signal);
    return { acts, isOpen: () => isOpen, close: () => endClient(client) };
  } catch (error) {
    void endClient(client);
    if (signal.aborted) throw signal.reason;
    if (found !== undefined && found !== hostKey) throw refuseHostKey(host, hostKey, found);
    throw mapSignInError(error, host, auth);
  }
}

/** Runs one act of ssh2 as a promise. It rejects with ssh2's own error, also once the connection is lost. */
export function act<T = void>(
  start: (done: (error: Error | null | undefined, result?: T) => void) => void,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    start((error, result) => {
      if (error == null) resolve(result);
      else reject(error);
    });
  });
}

/** A result that ssh2 always gives with success. @throws DeliveryFailure where the server broke that */
export function requireResult<T>(result: T | undefined, host: string): T {
  if (result === undefined) throw unreachable(undefined, host);
  return result;
}

/** Gives the password to the one hidden question; a server that asks more wants what Slipway does not have. */
function answerPrompts(given: readonly unknown[], password: string): void {
  const [prompts, finish] = given.slice(3);
  if (typeof finish !== 'function') return;
  const isPassword = Array.isArray(prompts) && prompts.length === 1 && password !== '';
  Reflect.apply(finish, undefined, [isPassword ? [password] : []]);
}

async function endClient(client: SftpClient): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_WITHIN_MS);
  });
  await Promise.race([client.end().catch(() => undefined), late]);
  clearTimeout(timer);
}
