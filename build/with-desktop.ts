// Runs a command in a desktop session of its own: a virtual screen, a session bus and an unlocked keyring, so
// that tests neither show windows nor touch the keyring of the person who runs them.
//   node build/with-desktop.ts <command> [argument…]
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const command = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'slipway-session-'));
const places = { XDG_DATA_HOME: 'data', XDG_RUNTIME_DIR: 'run', XDG_CONFIG_HOME: 'config' };
const env = { ...process.env, TZ: 'UTC' };
for (const [name, place] of Object.entries(places)) {
  mkdirSync(join(folder, place), { mode: 0o700 });
  Object.assign(env, { [name]: join(folder, place) });
}

const unlock =
  'printf %s test | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null; "$@"';
const session = [
  ...['xvfb-run', '-a', '-s', '-screen 0 1600x1000x24'],
  ...['dbus-run-session', '--', 'bash', '-c', unlock, 'session'],
];
// Other systems have a desktop and a keychain of their own.
const [program = '', ...args] = process.platform === 'linux' ? [...session, ...command] : command;

const child = spawn(program, args, { stdio: 'inherit', env });
child.on('error', (error) => {
  console.error(`${program} could not be started: ${error.message}. npm test installs what the tests need.`);
  process.exitCode = 1;
});
child.on('close', (code) => {
  rmSync(folder, { recursive: true, force: true });
  process.exitCode ??= code ?? 1;
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
