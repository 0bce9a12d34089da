import { contextBridge, ipcRenderer } from 'electron';
import type { DesktopApi, DesktopNotice } from './contract/desktop.ts';
import { CHANNELS, PORT_MESSAGE } from './contract/desktop.ts';

const notices: DesktopNotice[] = [];
const listeners = new Set<(notice: DesktopNotice) => void>();

ipcRenderer.on(CHANNELS.notice, (_event, notice: DesktopNotice) => {
  notices.push(notice);
  for (const listener of listeners) listener(notice);
});

// The renderer never sees ipcRenderer: it hands over one end of a channel, and only from this very window.
window.addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.source !== window || !isPortMessage(event.data)) return;
  const [port] = event.ports;
  if (port !== undefined && event.ports.length === 1) ipcRenderer.postMessage(CHANNELS.port, null, [port]);
});

function isPortMessage(message: unknown): boolean {
  return (
    typeof message === 'object' && message !== null && 'type' in message && message.type === PORT_MESSAGE
  );
}

const PLATFORMS: Partial<Record<NodeJS.Platform, DesktopApi['platform']>> = {
  darwin: 'mac',
  win32: 'windows',
};

const api: DesktopApi = {
  kind: 'desktop',
  platform: PLATFORMS[process.platform] ?? 'linux',
  chooseSaveFile: (request) => askPath(CHANNELS.chooseSaveFile, request),
  chooseOpenFile: (request) => askPath(CHANNELS.chooseOpenFile, request),
  chooseFolder: (request) => askPath(CHANNELS.chooseFolder, request),
  showInFolder: async (path) => {
    await ipcRenderer.invoke(CHANNELS.showInFolder, path);
  },
  notify: async (title, body) => {
    await ipcRenderer.invoke(CHANNELS.notify, { title, body });
  },
  notices: {
    subscribe: (listener) => {
      listeners.add(listener);
      for (const notice of notices) listener(notice);
      return () => {
        listeners.delete(listener);
      };
    },
  },
};

async function askPath(channel: string, request: unknown): Promise<string | null> {
  const answer: unknown = await ipcRenderer.invoke(channel, request);
  return typeof answer === 'string' ? answer : null;
}

contextBridge.exposeInMainWorld('slipway', api);
