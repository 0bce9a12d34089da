import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureElectron } from './electron-runtime.mjs';
import { appEnvironment, projectNode, run } from './run.mjs';

/** Opens the desktop app, or serves it to a browser when there is no display or `--browser` is given. */
export async function start(root, args) {
  const hasDisplay = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (hasDisplay && !args.includes('--browser')) return openDesktop(root);
  if (!hasDisplay) {
    console.log(
      'No display: DISPLAY and WAYLAND_DISPLAY are not set. Slipway is served to a browser instead.',
    );
  }
  return serveBrowser(root);
}

async function openDesktop(root) {
  const { executable, args } = ensureElectron(root);
  const flags = sandboxFlags();
  // Without an X server Electron has to be told to speak Wayland.
  if (process.platform === 'linux' && !process.env.DISPLAY) flags.push('--ozone-platform-hint=auto');
  return run(executable, [...args, ...flags], { cwd: root });
}

async function serveBrowser(root) {
  const port = process.env.SLIPWAY_PORT ?? '0';
  console.log('The address below holds a token: whoever has it can use this workspace. Ctrl+C ends.');
  return run(projectNode(root), [join(root, 'dist', 'bridge', 'bridge.mjs'), '--port', port], {
    cwd: root,
    env: appEnvironment(root),
  });
}

/** Chromium refuses to start with its sandbox for root, and where the system denies user namespaces. */
function sandboxFlags() {
  if (process.platform !== 'linux') return [];
  const reason =
    process.getuid?.() === 0
      ? 'this is root'
      : readFlag('/proc/sys/kernel/unprivileged_userns_clone') === '0' ||
          readFlag('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1'
        ? 'the system denies user namespaces'
        : null;
  if (reason === null) return [];
  console.error(`The sandbox of the operating system is off, because ${reason}.`);
  return ['--no-sandbox'];
}

function readFlag(file) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    // The kernel has no such switch.
    return null;
  }
}
