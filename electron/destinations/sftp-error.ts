import { DeliveryFailure } from './destination.ts';
import { failDelivery, invalidSetting } from './failure.ts';

/** Status codes of SFTP: draft-ietf-secsh-filexfer-02 §7, and those of later drafts that servers send all the same. */
const STATUS = {
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  unsupported: 8,
  noSpace: 14,
  quota: 15,
} as const;
/** How Node names a network that was not there to begin with. */
const NEVER_REACHED: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'it refuses connections',
  ENOTFOUND: 'no such host name is known',
  EAI_AGAIN: 'its name could not be looked up',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it does not answer',
};

/** The number of an SFTP status, or the name of a system error. */
export function codeOf(error: unknown): string | number | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'number' || typeof error.code === 'string' ? error.code : undefined;
}

/** True where the server does not know the request: it is older, or not of OpenSSH. */
export function isUnsupported(error: unknown): boolean {
  return (
    codeOf(error) === STATUS.unsupported ||
    (error instanceof Error && error.message.includes('does not support this extended request'))
  );
}

/** True where the server refuses without a reason, as it does a rename onto a name that is taken. */
export function isPlainFailure(error: unknown): boolean {
  return codeOf(error) === STATUS.failure || codeOf(error) === 11;
}

/** The failure of signing in, by what the SSH client says of it. Its own text is not passed on. */
export function mapSignInError(error: unknown, host: string, auth: 'key' | 'password'): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  const message = error instanceof Error ? error.message : '';
  if (/passphrase|integrity check failed|bad decrypt/i.test(message)) {
    return invalidSetting(
      'settings.passphrase',
      'The private key cannot be read: its passphrase is missing or wrong.',
      'Enter the passphrase of the private key.',
    );
  }
  if (/privateKey|private key|parse/i.test(message)) {
    return invalidSetting(
      'settings.privateKey',
      'The private key cannot be read: it is not a key of OpenSSH, PEM or PPK.',
      'Paste the whole file of the private key, with its first and last line.',
    );
  }
  if (/authentication methods failed/i.test(message)) {
    return failDelivery(
      'stop',
      'AUTH_FAILED',
      auth === 'key'
        ? 'The server refuses the user with this private key.'
        : 'The server refuses the user with this password.',
      auth === 'key'
        ? 'Check the user, and that the server has the public key among the authorized ones.'
        : 'Check the user and the password. Where the server takes keys only, sign in with a private key.',
      { where: auth === 'key' ? 'settings.privateKey' : 'settings.password' },
    );
  }
  if (/no matching|handshake failed/i.test(message)) {
    return invalidSetting(
      'settings.host',
      `“${host}” offers no encryption that Slipway takes.`,
      'Update the SSH server: it offers outdated algorithms only.',
    );
  }
  return unreachable(error, host);
}

/** The failure of an act on an open connection. `path` is the file or folder it was about. */
export function mapActError(error: unknown, host: string, path: string): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  const code = codeOf(error);
  if (code === STATUS.permissionDenied) {
    return failDelivery(
      'stop',
      'PERMISSION_DENIED',
      `The server does not let the user write ${path}.`,
      'Grant the user the right to create and rename files in the folder.',
      { where: 'settings.folder' },
    );
  }
  if (code === STATUS.noSuchFile) return noFolder(path);
  if (code === STATUS.noSpace || code === STATUS.quota || code === STATUS.failure) {
    const why =
      code === STATUS.failure ? 'it reports a failure, as for a full disk or a quota' : 'its disk is full';
    return failDelivery(
      'stop',
      'TARGET_UNWRITABLE',
      `The server cannot write ${path}: ${why}.`,
      'Check the free space and the quota at the server, then run again.',
    );
  }
  return unreachable(error, host);
}

/** The folder of the settings is not there. */
export function noFolder(path: string): DeliveryFailure {
  return invalidSetting(
    'settings.folder',
    `The server has no folder for ${path}.`,
    'Create the folder at the server, or correct it in the destination.',
  );
}

/** The server holds another key than the pinned one, or none is pinned yet. Never trusted without a person. */
export function refuseHostKey(host: string, pinned: string, found: string): DeliveryFailure {
  if (pinned === '') {
    return invalidSetting(
      'settings.hostKey',
      `The key of “${host}” is not known yet. The server shows ${found}.`,
      'Compare it with the fingerprint that the operator of the server gives, then paste it as the host key.',
    );
  }
  return invalidSetting(
    'settings.hostKey',
    `The host key of “${host}” changed: ${pinned} is pinned, the server shows ${found}. Something in between may have answered.`,
    'Ask the operator of the server whether the key was renewed. Paste the new fingerprint only then.',
  );
}

/** The connection was never made, or broke: a file is the same under its name, so that it may be written again. */
export function unreachable(error: unknown, host: string): DeliveryFailure {
  const code = codeOf(error);
  const late = error instanceof Error && /timed out/i.test(error.message);
  const why =
    (typeof code === 'string' ? NEVER_REACHED[code] : undefined) ??
    (late ? 'it does not answer' : 'the connection was lost');
  return failDelivery(
    'retry',
    'HOST_UNREACHABLE',
    `“${host}” cannot be reached: ${why}.`,
    'Check the host, the port and the network, then try again.',
    { where: 'settings.host' },
  );
}
