import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { desktopHome } from '../../../electron/web/home.ts';

test('the home is where Electron keeps the data of the app', () => {
  const nothing = {};
  expect(desktopHome('linux', nothing)).toBe(join(homedir(), '.config', 'Slipway', 'engine'));
  expect(desktopHome('linux', { XDG_CONFIG_HOME: '/config' })).toBe(join('/config', 'Slipway', 'engine'));
  expect(desktopHome('darwin', nothing)).toBe(
    join(homedir(), 'Library', 'Application Support', 'Slipway', 'engine'),
  );
  expect(desktopHome('win32', { APPDATA: '/roaming' })).toBe(join('/roaming', 'Slipway', 'engine'));
});
