import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const MAIN = `const { app, BrowserWindow } = require('electron');
app.whenReady().then(() => {
  const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true, contextIsolation: true } });
  window.once('ready-to-show', () => window.show());
  window.loadFile('index.html');
});
`;

/** Writes the least app that Electron can start: one sandboxed window with one heading, shown as Slipway shows its own. */
export async function writeBareApp(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'bare', version: '0.0.0', main: 'main.cjs' }),
  );
  await writeFile(join(folder, 'main.cjs'), MAIN);
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Bare</title><h1>Bare</h1>');
}
