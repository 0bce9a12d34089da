import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The folder of the desktop app's store and sample: the bridge opens the same one, so that definitions made
 * in either are in both. It is where Electron keeps the data of an app of this name.
 */
export function desktopHome(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string {
  const folders: Partial<Record<NodeJS.Platform, string>> = {
    darwin: join(homedir(), 'Library', 'Application Support'),
    win32: env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'),
  };
  const configs = folders[platform] ?? env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  return join(configs, 'Slipway', 'engine');
}
