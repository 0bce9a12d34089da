import { randomBytes } from 'node:crypto';
import { runStep } from '../domain/test-step.ts';
import { untilAborted } from '../domain/until-aborted.ts';
import { defineDestination, type FilePlace } from './destination.ts';
import { failDelivery } from './failure.ts';
import { FILE_KIND, namePart, requireFileName } from './file-target.ts';
import { mapActError, noFolder } from './sftp-error.ts';
import {
  act,
  openSftp,
  readSftpAddress,
  requireResult,
  type SftpAddress,
  type SftpSession,
} from './sftp-session.ts';
import { replaceRemote, writeRemote } from './sftp-write.ts';
import { ContentFailure } from './read-until-aborted.ts';

const REMOVE_WITHIN_MS = 3_000;
/** The type of a file and the bits of its permissions, as POSIX and SFTP have them. */
const MODE = { type: 0o170_000, folder: 0o040_000, anyWrite: 0o222 } as const;

/** Writes files to a server by SFTP. */
export const sftp = defineDestination({
  ...FILE_KIND,
  kind: 'sftp',
  label: 'SFTP',
  description: 'Writes files to a folder of an SFTP server.',
  settings: [
    { key: 'host', label: 'Host', kind: 'text', required: true, placeholder: 'sftp.example.com' },
    { key: 'port', label: 'Port', kind: 'number', required: true, initial: 22 },
    {
      key: 'hostKey',
      label: 'Host key',
      kind: 'text',
      // Not required by the form: the test shows the key that the server has, to be compared before it is pasted.
      required: false,
      placeholder: 'SHA256:…',
      help: 'The fingerprint of the server. Leave it empty and test: the test shows it. Files are sent to a server with this key only.',
    },
    { key: 'user', label: 'User', kind: 'text', required: true },
    {
      key: 'auth',
      label: 'Sign in with',
      kind: 'select',
      required: true,
      initial: 'key',
      options: [
        { value: 'key', label: 'Private key' },
        { value: 'password', label: 'Password' },
      ],
    },
    {
      key: 'privateKey',
      label: 'Private key',
      kind: 'secret',
      required: true,
      showIf: { key: 'auth', in: ['key'] },
      help: 'The text of the key file. It is kept in the keychain of this computer only.',
    },
    {
      key: 'passphrase',
      label: 'Passphrase',
      kind: 'secret',
      required: false,
      showIf: { key: 'auth', in: ['key'] },
      help: 'Where the private key has one.',
    },
    {
      key: 'password',
      label: 'Password',
      kind: 'secret',
      required: true,
      showIf: { key: 'auth', in: ['password'] },
      help: 'It is kept in the keychain of this computer only.',
    },
    {
      key: 'folder',
      label: 'Folder',
      kind: 'text',
      required: false,
      placeholder: '/upload',
      help: 'An existing folder. Empty for the one in which the account begins.',
    },
  ],
  test: async ({ settings, secrets, signal }, onStep) => {
    const address = readSftpAddress(settings, secrets);
    const trusted = Promise.withResolvers<void>();
    const opening = openSftp(address, signal, trusted.resolve);
    opening.catch(() => undefined);
    await runStep(onStep, 'connect', 'Compare the host key', async () => {
      await Promise.race([trusted.promise, opening]);
      return `“${address.host}” shows the pinned key.`;
    });
    let session: SftpSession | undefined;
    try {
      await runStep(onStep, 'sign-in', 'Sign in', async () => {
        session = await opening;
        return undefined;
      });
      await runStep(onStep, 'folder', 'Find the folder', async () =>
        checkFolder(requireResult(session, address.host), address, signal),
      );
    } finally {
      await session?.close();
    }
  },
  delivery: {
    by: 'files',
    open: async ({ settings, secrets, signal }) => {
      const address = readSftpAddress(settings, secrets);
      return openPlace(address, await openSftp(address, signal));
    },
  },
});

function openPlace(address: SftpAddress, first: SftpSession): FilePlace {
  let session = first;
  /** Partial files of writes that broke off with their connection; removed over the next one. */
  const leftovers = new Set<string>();

  const connect = async (signal: AbortSignal): Promise<SftpSession> => {
    if (!session.isOpen()) session = await openSftp(address, signal);
    for (const part of leftovers) if (await removeRemote(session, part)) leftovers.delete(part);
    return session;
  };

  return {
    async write(name, content, signal) {
      const path = joinRemote(address.folder, requireFileName(name));
      const part = joinRemote(address.folder, namePart(name, randomBytes(4).toString('hex')));
      signal.throwIfAborted();
      const { acts } = await connect(signal);
      try {
        const bytes = await writeRemote(acts, part, content, signal);
        signal.throwIfAborted();
        await untilAborted(replaceRemote(acts, part, path), signal);
        return bytes;
      } catch (error) {
        if (!(await removeRemote(session, part))) leftovers.add(part);
        if (signal.aborted) throw signal.reason;
        throw error instanceof ContentFailure ? error.cause : mapActError(error, address.host, path);
      }
    },
    close: async () => {
      for (const part of leftovers) await removeRemote(session, part);
      await session.close();
    },
  };
}

/** Removes a partial file, where the connection still allows it. @returns whether it is gone */
async function removeRemote(session: SftpSession, path: string): Promise<boolean> {
  if (!session.isOpen()) return false;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), REMOVE_WITHIN_MS);
  });
  const removed = act((done) => session.acts.unlink(path, done)).then(
    () => true,
    // A part that was never made, or has got its name already, needs no removal.
    () => session.isOpen(),
  );
  const isGone = await Promise.race([removed, late]);
  clearTimeout(timer);
  return isGone;
}

/** What the folder tells without being changed. @returns what was proved, for people */
async function checkFolder(
  { acts }: SftpSession,
  { folder, host }: SftpAddress,
  signal: AbortSignal,
): Promise<string> {
  const looking = act<{ readonly mode: number }>((done) => acts.stat(folder, done));
  const stats = await untilAborted(looking, signal).catch((error: unknown) => {
    if (signal.aborted) throw signal.reason;
    throw mapActError(error, host, folder);
  });
  const { mode } = requireResult(stats, host);
  if ((mode & MODE.type) !== MODE.folder) throw noFolder(folder);
  if ((mode & MODE.anyWrite) === 0) {
    throw failDelivery(
      'stop',
      'PERMISSION_DENIED',
      `Nobody may write to the folder ${folder} of the server.`,
      'Grant the user the right to create and rename files in the folder.',
      { where: 'settings.folder' },
    );
  }
  return 'The folder is there and can be read. Whether this user may write shows with the first file: a test changes nothing.';
}

function joinRemote(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}
