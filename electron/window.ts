import { app, BrowserWindow, nativeTheme, session } from 'electron';
import { join } from 'node:path';
import { APP_ORIGIN } from './contract/desktop.ts';
import { keepWindowPlace, readWindowPlace } from './desktop/window-place.ts';

/**
 * Refuses what the renderer never needs, for every page the app could ever show: permissions, devices,
 * downloads, new windows, web views and leaving the page. Call it once the app is ready.
 */
export function denyEverythingElse(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => {
    answer(false);
  });
  session.defaultSession.setPermissionCheckHandler(() => false);
  session.defaultSession.setDevicePermissionHandler(() => false);
  session.defaultSession.on('will-download', (event) => {
    event.preventDefault();
  });

  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-attach-webview', (event) => {
      event.preventDefault();
    });
    // The page moves within itself only; that is no navigation.
    contents.on('will-navigate', (event) => {
      event.preventDefault();
    });
    contents.on('will-redirect', (event) => {
      event.preventDefault();
    });
  });
}

/** Opens the one window, at the place it was last, on the renderer built into `built`. */
export function openWindow(built: string): BrowserWindow {
  const window = new BrowserWindow({
    ...readWindowPlace(),
    minWidth: 900,
    minHeight: 600,
    title: 'Slipway',
    icon: join(app.getAppPath(), 'build', 'icon.png'),
    show: false,
    // The page's own background (renderer/ui/tokens.css), so that nothing flashes before the first paint.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#0f1618' : '#f7f9f9',
    autoHideMenuBar: true,
    webPreferences: {
      preload: join(built, 'preload', 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      spellcheck: false,
    },
  });
  keepWindowPlace(window);
  window.once('ready-to-show', () => {
    window.show();
  });
  void window.loadURL(`${APP_ORIGIN}/index.html`);
  return window;
}
