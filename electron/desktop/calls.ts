import type { BrowserWindow, IpcMainInvokeEvent } from 'electron';
import { dialog, ipcMain, shell } from 'electron';
import { isAbsolute } from 'node:path';
import { CHANNELS } from '../contract/desktop.ts';
import { showNotification } from './notification.ts';

/**
 * Answers the few things a renderer cannot do itself: file dialogs, showing a file in its folder, notifications.
 * `isOurs` decides per call whether the sender is our page; any other sender gets an error.
 */
export function answerDesktopCalls(
  isOurs: (event: IpcMainInvokeEvent) => boolean,
  parent: () => BrowserWindow,
): void {
  const answer = (channel: string, reply: (request: unknown) => unknown): void => {
    ipcMain.handle(channel, (event, request: unknown) => {
      if (!isOurs(event)) throw new Error(`${channel} is not answered for this frame.`);
      return reply(request);
    });
  };

  answer(CHANNELS.chooseSaveFile, async (request) => {
    const { canceled, filePath } = await dialog.showSaveDialog(parent(), {
      title: textOf(request, 'title'),
      defaultPath: textOf(request, 'defaultName'),
      filters: filtersOf(request),
      properties: ['createDirectory', 'showOverwriteConfirmation'],
    });
    return canceled || filePath === '' ? null : filePath;
  });

  answer(CHANNELS.chooseOpenFile, async (request) => {
    const chosen = await dialog.showOpenDialog(parent(), {
      title: textOf(request, 'title'),
      filters: filtersOf(request),
      properties: ['openFile'],
    });
    return chosen.canceled ? null : (chosen.filePaths[0] ?? null);
  });

  answer(CHANNELS.chooseFolder, async (request) => {
    const chosen = await dialog.showOpenDialog(parent(), {
      title: textOf(request, 'title'),
      properties: ['openDirectory', 'createDirectory'],
    });
    return chosen.canceled ? null : (chosen.filePaths[0] ?? null);
  });

  answer(CHANNELS.showInFolder, (path) => {
    if (typeof path === 'string' && isAbsolute(path)) shell.showItemInFolder(path);
  });

  answer(CHANNELS.notify, (request) => {
    showNotification({ title: textOf(request, 'title'), body: textOf(request, 'body') }, parent);
  });
}

function textOf(request: unknown, name: string): string {
  if (typeof request !== 'object' || request === null) return '';
  const value: unknown = Reflect.get(request, name);
  return typeof value === 'string' ? value : '';
}

function filtersOf(request: unknown): { name: string; extensions: string[] }[] {
  if (typeof request !== 'object' || request === null) return [];
  const value: unknown = Reflect.get(request, 'extensions');
  const extensions = Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  return extensions.length === 0 ? [] : [{ name: extensions.join(', ').toUpperCase(), extensions }];
}
