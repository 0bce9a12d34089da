import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../electron/domain/app-error.ts';
import { createOsSecrets } from '../../../electron/keychain/os-secrets.ts';
import { createSessionSecrets } from '../../../electron/keychain/session-secrets.ts';
import { makeTemporaryFolder } from '../../support/temporary-folder.ts';

const probe = fileURLToPath(new URL('round-trip.ts', import.meta.url));
const unlock =
  'printf %s password | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null; "$@"';

const pending = (): Promise<never> => new Promise(() => undefined);

describe('secrets in the OS keychain', () => {
  it('keeps, reads and forgets an entry', async () => {
    const folder = makeTemporaryFolder();
    for (const name of ['data', 'run']) mkdirSync(join(folder, name));
    chmodSync(join(folder, 'run'), 0o700);
    const { stdout } = await promisify(execFile)(
      'dbus-run-session',
      ['--', 'bash', '-c', unlock, 'keyring', process.execPath, probe],
      {
        env: { ...process.env, XDG_DATA_HOME: join(folder, 'data'), XDG_RUNTIME_DIR: join(folder, 'run') },
        timeout: 30_000,
      },
    );
    expect(JSON.parse(stdout)).toEqual([{ kind: 'os' }, {}, { token: 'canary “1”', other: 'x' }, {}]);
  });

  it('lasts for the session, and says so, where no keychain is there', async () => {
    const secrets = createOsSecrets(() => Promise.reject(new Error('no driver')));
    const persistence = await secrets.persistence();
    expect(persistence.kind).toBe('session');
    expect(persistence.notice).toMatch(/secrets last until Slipway is closed/);
    await secrets.write('connection:a', { token: 't' });
    expect(await secrets.read('connection:a')).toEqual({ token: 't' });
  });

  it('gives up on a keychain that does not answer after three seconds', async () => {
    vi.useFakeTimers();
    const secrets = createOsSecrets(() =>
      Promise.resolve({ getPassword: pending, setPassword: pending, deletePassword: pending }),
    );
    const persistence = secrets.persistence();
    await vi.advanceTimersByTimeAsync(3_000);
    vi.useRealTimers();
    expect((await persistence).kind).toBe('session');
  });

  it('says that the keychain failed without repeating what it was given', async () => {
    const secrets = createOsSecrets(() =>
      Promise.resolve({
        getPassword: () => Promise.resolve(null),
        setPassword: (_service, _owner, text) => Promise.reject(new Error(`refused ${text}`)),
        deletePassword: () => Promise.resolve(true),
      }),
    );
    const failure: unknown = await secrets
      .write('connection:a', { token: 'canary' })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AppError);
    expect(String(failure) + JSON.stringify(failure)).not.toContain('canary');
  });

  it('reads an entry that something else wrote as absent', async () => {
    for (const text of ['not json', '[1]', '{"a":1}']) {
      const secrets = createOsSecrets(() =>
        Promise.resolve({
          getPassword: () => Promise.resolve(text),
          setPassword: () => Promise.resolve(),
          deletePassword: () => Promise.resolve(true),
        }),
      );
      expect(await secrets.read('connection:a')).toEqual({});
    }
  });
});

describe('secrets of the session', () => {
  it('hands out copies', async () => {
    const secrets = createSessionSecrets();
    await secrets.write('a', { token: 't' });
    (await secrets.read('a'))['token'] = 'changed';
    expect(await secrets.read('a')).toEqual({ token: 't' });
    await secrets.remove('a');
    expect(await secrets.read('a')).toEqual({});
  });
});
