import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, open, rename, rm, stat, statfs } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { Settings } from '../domain/field-spec.ts';
import { systemCode } from '../domain/system-code.ts';
import { runStep } from '../domain/test-step.ts';
import { defineDestination, type DeliveryFailure, type FilePlace } from './destination.ts';
import { failDelivery, invalidSetting } from './failure.ts';
import { FILE_KIND, namePart, requireFileName } from './file-target.ts';
import { readText } from './read-settings.ts';
import { ContentFailure, readUntilAborted } from './read-until-aborted.ts';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission is missing',
  EPERM: 'permission is missing',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
  EFBIG: 'it would be too large for the disk',
  EISDIR: 'a folder has this name',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'its folder is gone',
};

/** Writes files into a folder of this computer, or of a disk that it has mounted. */
export const file = defineDestination({
  ...FILE_KIND,
  kind: 'file',
  label: 'Folder',
  description: 'Writes files into a folder of this computer.',
  settings: [
    {
      key: 'folder',
      label: 'Folder',
      kind: 'path',
      required: true,
      picks: 'folder',
      help: 'An existing folder. A file appears in it once it is whole.',
    },
  ],
  test: async ({ settings, signal }, onStep) => {
    const folder = readFolder(settings);
    await runStep(onStep, 'folder', 'Find the folder', async () => {
      await checkFolder(folder);
      return folder;
    });
    signal.throwIfAborted();
    await runStep(onStep, 'write', 'Check the permission to write', async () => {
      // Only writing would prove it, and a test changes nothing.
      await access(folder, constants.W_OK | constants.X_OK).catch((error: unknown) => {
        throw unwritable(folder, error);
      });
      const space = await statfs(folder).catch(() => undefined);
      const free =
        space === undefined
          ? ''
          : ` ${Math.floor((space.bavail * space.bsize) / 1e6).toLocaleString('en')} MB are free.`;
      return `The permissions of the folder allow it.${free}`;
    });
  },
  delivery: {
    by: 'files',
    open: async ({ settings }) => {
      const folder = readFolder(settings);
      await checkFolder(folder);
      return openFolder(folder);
    },
  },
});

function openFolder(folder: string): FilePlace {
  return {
    localPath: (name) => join(folder, requireFileName(name)),
    async write(name, content, signal) {
      const path = join(folder, requireFileName(name));
      const part = join(folder, namePart(name, randomBytes(4).toString('hex')));
      let bytes = 0;
      try {
        const handle = await open(part, 'wx');
        try {
          for await (const chunk of readUntilAborted(content, signal)) {
            await handle.writeFile(chunk);
            bytes += chunk.length;
          }
          await handle.sync();
        } finally {
          await handle.close();
        }
        signal.throwIfAborted();
        await rename(part, path);
      } catch (error) {
        await rm(part, { force: true }).catch(() => {
          // The disk that failed may refuse this too; the failure itself says why.
        });
        if (error instanceof ContentFailure) throw error.cause;
        throw isSystemError(error) ? unwritable(path, error) : error;
      }
      await syncFolder(folder);
      return bytes;
    },
    close: async () => undefined,
  };
}

/** Makes the new name outlast a power cut, where the system can do so for a folder; Windows cannot. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // The file is whole and in its place all the same.
  }
}

function readFolder(settings: Settings): string {
  const folder = readText(settings, 'folder');
  if (isAbsolute(folder)) return folder;
  throw invalidSetting(
    'settings.folder',
    folder === '' ? 'The folder is missing.' : 'The folder is not given by its whole path.',
    'Choose a folder.',
  );
}

async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw unwritable(folder, error);
  });
  if (found?.isDirectory() === true) return;
  throw invalidSetting(
    'settings.folder',
    found === undefined ? `The folder ${folder} does not exist.` : `${folder} is a file.`,
    'Create the folder, or choose another one. A disk or share that is not connected shows like this too.',
  );
}

function unwritable(path: string, error: unknown): DeliveryFailure {
  const code = systemCode(error);
  const why = REASONS[code] ?? `the system says ${code === '' ? 'no' : code}`;
  return failDelivery(
    'stop',
    code === 'EACCES' || code === 'EPERM' ? 'PERMISSION_DENIED' : 'TARGET_UNWRITABLE',
    `${path} cannot be written: ${why}.`,
    why === 'the disk is full'
      ? 'Free some space, or choose another folder.'
      : 'Choose another folder, or change its permissions.',
  );
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
