// What `electron [-r module…] <folder>` starts with. Electron's own default app does this; the older Electron of
// closed networks comes without it (see build/bootstrap/electron-runtime.mjs). The modules of `-r` come first:
// Playwright holds the app back with one until it has attached.
const { app } = require('electron');
const { join, resolve } = require('node:path');

const args = process.argv.slice(1);
let at = 0;
for (; args[at]?.startsWith('-'); at += 1) {
  if (args[at] === '-r') require(resolve(args[++at]));
}
const folder = resolve(args[at] ?? '.');
const manifest = require(join(folder, 'package.json'));

app.setVersion(manifest.version);
app.setAppPath(folder);
require(join(folder, manifest.main));
