import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';

/** A key pair in the forms of OpenSSH. */
export interface SshKeys {
  readonly privateKey: string;
  /** One line, as in `authorized_keys`. */
  readonly publicKey: string;
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
}

/** The name of the algorithm and 32 bytes, each after its length. */
const BLOB_BYTES = 4 + 'ssh-ed25519'.length + 4 + 32;

/** A new Ed25519 pair; encrypted where a passphrase is given. */
export function makeSshKeys(passphrase?: string): SshKeys {
  const pair = ssh2.utils.generateKeyPairSync(
    'ed25519',
    passphrase === undefined ? {} : { passphrase, cipher: 'aes256-ctr', rounds: 16 },
  );
  const blob = Buffer.from(pair.public.split(' ')[1] ?? '', 'base64');
  // ssh2 1.17 drops a first byte of zero, as one key of 256 has it, and then reads such a pair no more.
  if (blob.length !== BLOB_BYTES) return makeSshKeys(passphrase);
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return { privateKey: pair.private, publicKey: pair.public, fingerprint: `SHA256:${digest}` };
}
