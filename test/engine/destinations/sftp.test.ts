import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  DeliveryFailure,
  type FileDelivery,
  type FilePlace,
} from '../../../electron/destinations/destination.ts';
import { sftp } from '../../../electron/destinations/sftp.ts';
import type { Secrets, Settings } from '../../../electron/domain/field-spec.ts';
import { failureOf } from '../../support/delivery-failure.ts';
import { contentOf, neverAborted, randomContent } from '../../support/file-content.ts';
import { startSftpServer, type SftpServer } from '../../support/sftp-server.ts';
import { makeSshKeys } from '../../support/ssh-keys.ts';
import { findSshd, startSshd, type Sshd } from '../../support/sshd.ts';
import { findFreePort, titleWith } from '../../support/test-tools.ts';

const OTHER_KEY = `SHA256:${'A'.repeat(43)}`;
const { open } = sftp.delivery as FileDelivery;

async function openWith(settings: Settings, secrets: Secrets): Promise<FilePlace> {
  return open({ settings, secrets, target: {}, signal: neverAborted() });
}

/** The steps that passed, and the failure if there was one. */
async function testWith(settings: Settings, secrets: Secrets) {
  const passed: string[] = [];
  const failure = await sftp
    .test({ settings, secrets, signal: neverAborted() }, ({ id, status }) => {
      if (status === 'passed') passed.push(id);
    })
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  return { passed, failure: failure instanceof DeliveryFailure ? failure : undefined };
}

const tool = await findSshd();

describe.skipIf('missing' in tool)(titleWith(tool, 'OpenSSH'), () => {
  let server: Sshd;
  let settings: Settings;
  let secrets: Secrets;
  beforeAll(async () => {
    if ('missing' in tool) throw new Error(tool.missing);
    server = await startSshd(tool);
    const { host, port, user, hostKey } = server;
    settings = { host, port, user, hostKey, auth: 'key', folder: server.folder };
    secrets = { privateKey: server.keys.privateKey };
  });
  afterAll(() => server.stop());

  it('is never trusted without its key: the test shows the key to compare', async () => {
    const { passed, failure } = await testWith({ ...settings, hostKey: '' }, secrets);
    expect(passed).toEqual([]);
    expect(failure?.kind).toBe('stop');
    expect(failure?.error).toMatchObject({ code: 'SETTINGS_INVALID', where: 'settings.hostKey' });
    expect(failure?.error.message).toContain(server.hostKey);
    expect(failure?.error.help).toContain('Compare');
  });

  it('is refused when its key is another than the pinned one, with both of them', async () => {
    const failure = await failureOf(() => openWith({ ...settings, hostKey: OTHER_KEY }, secrets));
    expect(failure.kind).toBe('stop');
    expect(failure.error).toMatchObject({ code: 'SETTINGS_INVALID', where: 'settings.hostKey' });
    expect(failure.message).toContain('changed');
    expect(failure.message).toContain(OTHER_KEY);
    expect(failure.message).toContain(server.hostKey);
  });

  it('refuses a key that it does not know, after its own was compared', async () => {
    const { passed, failure } = await testWith(settings, { privateKey: makeSshKeys().privateKey });
    expect(passed).toEqual(['connect']);
    expect(failure?.kind).toBe('stop');
    expect(failure?.error).toMatchObject({ code: 'AUTH_FAILED', where: 'settings.privateKey' });
  });

  it('takes a key with its passphrase, and names the passphrase that is wrong or missing', async () => {
    const { privateKey, passphrase } = server.lockedKeys;
    expect((await testWith(settings, { privateKey, passphrase })).failure).toBeUndefined();
    for (const wrong of ['', 'open barley']) {
      const { failure } = await testWith(settings, { privateKey, passphrase: wrong });
      expect(failure?.error).toMatchObject({ code: 'SETTINGS_INVALID', where: 'settings.passphrase' });
      expect(JSON.stringify(failure?.error)).not.toContain('barley');
    }
  });

  it('is not asked with a private key that is none', async () => {
    const { failure } = await testWith(settings, { privateKey: 'ssh-ed25519 AAAA' });
    expect(failure?.error).toMatchObject({ code: 'SETTINGS_INVALID', where: 'settings.privateKey' });
  });

  it('has no such folder', async () => {
    const missing = { ...settings, folder: join(server.folder, 'missing') };
    const { passed, failure } = await testWith(missing, secrets);
    expect(passed).toEqual(['connect', 'sign-in']);
    expect(failure?.error).toMatchObject({ code: 'SETTINGS_INVALID', where: 'settings.folder' });
    const place = await openWith(missing, secrets);
    const writing = await failureOf(() => place.write('a.csv', contentOf('x'), neverAborted()));
    await place.close();
    expect(writing.kind).toBe('stop');
    expect(writing.error.code).toBe('SETTINGS_INVALID');
  });

  it('does not let this user write', async () => {
    chmodSync(server.folder, 0o555);
    try {
      expect((await testWith(settings, secrets)).failure?.error.code).toBe('PERMISSION_DENIED');
      const place = await openWith(settings, secrets);
      const failure = await failureOf(() => place.write('a.csv', contentOf('x'), neverAborted()));
      await place.close();
      expect(failure.kind).toBe('stop');
      expect(failure.error.code).toBe('PERMISSION_DENIED');
    } finally {
      chmodSync(server.folder, 0o755);
    }
  });

  it('replaces a file while somebody reads it: never a part of one', async () => {
    const place = await openWith(settings, secrets);
    const path = join(server.folder, 'read.csv');
    const versions = ['a', 'b'].map((letter) => letter.repeat(200_000));
    await place.write('read.csv', contentOf(versions[0]!), neverAborted());
    let isDone = false;
    const writing = (async () => {
      for (let turn = 1; turn <= 4; turn += 1) {
        await place.write('read.csv', contentOf(versions[turn % 2]!), neverAborted());
      }
    })().finally(() => {
      isDone = true;
    });
    const seen = new Set<string>();
    while (!isDone) {
      expect(existsSync(path)).toBe(true);
      seen.add(readFileSync(path, 'utf8'));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await writing;
    await place.close();
    expect([...seen].every((text) => versions.includes(text))).toBe(true);
  });
});

describe('another server', () => {
  let server: SftpServer;
  let settings: Settings;
  let secrets: Secrets;
  beforeAll(async () => {
    server = await startSftpServer();
    const { host, port, user, hostKey, password } = server;
    settings = { host, port, user, hostKey, auth: 'password', folder: '/upload/' };
    secrets = { password };
  });
  afterEach(() => {
    server.files.clear();
    Object.assign(server.faults, {
      cutAfter: undefined,
      fullAfter: undefined,
      isReadOnly: undefined,
      slowBy: undefined,
    });
  });
  afterAll(() => server.stop());

  it('takes a password, and replaces files without the extension of OpenSSH', async () => {
    expect((await testWith(settings, secrets)).failure).toBeUndefined();
    const place = await openWith(settings, secrets);
    await place.write('list.csv', contentOf('first\n'), neverAborted());
    await place.write('list.csv', contentOf('second\n'), neverAborted());
    await place.close();
    expect([...server.files].map(([path, bytes]) => [path, bytes.toString()])).toEqual([
      ['/upload/list.csv', 'second\n'],
    ]);
  });

  it('refuses a wrong password, which is not repeated', async () => {
    const { passed, failure } = await testWith(settings, { password: 'wrong horse' });
    expect(passed).toEqual(['connect']);
    expect(failure?.error).toMatchObject({ code: 'AUTH_FAILED', where: 'settings.password' });
    expect(JSON.stringify(failure?.error)).not.toContain('horse');
  });

  it('takes the password as an answer to its question', async () => {
    const asking = await startSftpServer('keyboard-interactive');
    try {
      const { host, port, user, hostKey, password } = asking;
      const there = { ...settings, host, port, user, hostKey };
      expect((await testWith(there, { password })).failure).toBeUndefined();
      const { failure } = await testWith(there, { password: 'wrong' });
      expect(failure?.error.code).toBe('AUTH_FAILED');
    } finally {
      await asking.stop();
    }
  });

  it('cuts the connection in mid-file: the file may be sent again, and no part stays', async () => {
    const place = await openWith(settings, secrets);
    server.faults.cutAfter = 300_000;
    const failure = await failureOf(() => place.write('cut.bin', randomContent(1_000_000), neverAborted()));
    expect(failure.kind).toBe('retry');
    expect(failure.error.code).toBe('HOST_UNREACHABLE');
    expect([...server.files.keys()]).toEqual([
      expect.stringMatching(/^\/upload\/\.cut\.bin\.[0-9a-f]+\.part$/),
    ]);
    server.faults.cutAfter = undefined;
    expect(await place.write('cut.bin', randomContent(1_000_000), neverAborted())).toBe(1_000_000);
    expect([...server.files.keys()]).toEqual(['/upload/cut.bin']);
    await place.close();
  });

  it('has a full disk: a person must act, and no part stays', async () => {
    const place = await openWith(settings, secrets);
    await place.write('full.bin', contentOf('old'), neverAborted());
    server.faults.fullAfter = 300_000;
    const failure = await failureOf(() => place.write('full.bin', randomContent(1_000_000), neverAborted()));
    await place.close();
    expect(failure.kind).toBe('stop');
    expect(failure.error.code).toBe('TARGET_UNWRITABLE');
    expect([...server.files].map(([path, bytes]) => [path, bytes.toString()])).toEqual([
      ['/upload/full.bin', 'old'],
    ]);
  });

  it('refuses new files', async () => {
    const place = await openWith(settings, secrets);
    server.faults.isReadOnly = true;
    const failure = await failureOf(() => place.write('no.csv', contentOf('x'), neverAborted()));
    await place.close();
    expect(failure.kind).toBe('stop');
    expect(failure.error.code).toBe('PERMISSION_DENIED');
  });

  it('is slow: only a window of writes waits for it, and a cancel does not', async () => {
    const place = await openWith(settings, secrets);
    server.faults.slowBy = 40;
    let asked = 0;
    const abort = new AbortController();
    const content = randomContent(8_000_000, (given) => {
      asked = given;
      if (given >= 3_000_000) abort.abort(new Error('cancelled'));
    });
    await expect(place.write('slow.bin', content, abort.signal)).rejects.toThrow('cancelled');
    await place.close();
    expect(asked).toBeLessThan(3_200_000);
    expect(server.mostUnderWay()).toBeGreaterThan(1);
    expect(server.mostUnderWay()).toBeLessThanOrEqual(32);
    expect([...server.files.keys()]).toEqual([]);
  });

  it('is not there: it may be tried again', async () => {
    const failure = await failureOf(async () =>
      openWith({ ...settings, port: await findFreePort() }, secrets),
    );
    expect(failure.kind).toBe('retry');
    expect(failure.error.code).toBe('HOST_UNREACHABLE');
  });

  it('is not asked with settings that cannot be right', async () => {
    const codes = async (changed: Settings, given = secrets) =>
      (await failureOf(() => openWith({ ...settings, ...changed }, given))).error.where;
    expect(await codes({ host: 'sftp://example.com' })).toBe('settings.host');
    expect(await codes({ port: 70_000 })).toBe('settings.port');
    expect(await codes({ hostKey: 'MD5:00:11' })).toBe('settings.hostKey');
    expect(await codes({}, {})).toBe('settings.password');
    expect(await codes({ auth: 'key' }, {})).toBe('settings.privateKey');
  });
});
