import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { FileDelivery } from '../../../electron/destinations/destination.ts';
import { file } from '../../../electron/destinations/file.ts';
import { contentOf, neverAborted, randomContent } from '../../support/file-content.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { makeTemporaryFolder } from '../../support/temporary-folder.ts';

const { open } = file.delivery as FileDelivery;
const openAt = (folder: string) =>
  open({ settings: { folder }, secrets: {}, target: {}, signal: neverAborted() });
const testAt = (folder: string) =>
  file.test({ settings: { folder }, secrets: {}, signal: neverAborted() }, () => undefined);

const disk = mountSmallDisk(mkdtempSync(join(tmpdir(), 'slipway-disk-')));
afterAll(() => {
  if (disk !== undefined) execFileSync('umount', [disk]);
});

describe('a folder', () => {
  it('that is missing, a file or not given whole is refused', async () => {
    const folder = makeTemporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    for (const wrong of [join(folder, 'missing'), join(folder, 'file'), 'relative', '']) {
      const refused = { error: { code: 'SETTINGS_INVALID', where: 'settings.folder' } };
      await expect(openAt(wrong)).rejects.toMatchObject(refused);
      await expect(testAt(wrong)).rejects.toMatchObject(refused);
    }
  });

  it('tells the path of a name, for what writes the file itself', async () => {
    const folder = makeTemporaryFolder();
    const place = await openAt(folder);
    expect(place.localPath?.('a.csv')).toBe(join(folder, 'a.csv'));
    expect(() => place.localPath?.('../a.csv')).toThrow();
  });

  it('with a folder of the same name keeps it, and no part stays', async () => {
    const folder = makeTemporaryFolder();
    mkdirSync(join(folder, 'taken.csv'));
    const place = await openAt(folder);
    const writing = place.write('taken.csv', contentOf('x'), neverAborted());
    await expect(writing).rejects.toMatchObject({ kind: 'stop', error: { code: 'TARGET_UNWRITABLE' } });
    expect(readdirSync(folder)).toEqual(['taken.csv']);
  });

  it('is not used by two writes of a name at a time but whole by the last of them', async () => {
    const folder = makeTemporaryFolder();
    const place = await openAt(folder);
    const sizes = await Promise.all(
      [300_000, 500_000].map((bytes) => place.write('same.bin', randomContent(bytes), neverAborted())),
    );
    expect(sizes).toEqual([300_000, 500_000]);
    expect(readdirSync(folder)).toEqual(['same.bin']);
  });

  it.skipIf(disk === undefined)('on a full disk says so, keeps the old file and leaves no part', async () => {
    if (disk === undefined) throw new Error('no disk');
    const place = await openAt(disk);
    await place.write('list.csv', contentOf('old'), neverAborted());
    onTestFinished(() => place.close());
    const writing = place.write('list.csv', randomContent(1_000_000), neverAborted());
    await expect(writing).rejects.toMatchObject({
      kind: 'stop',
      error: { code: 'TARGET_UNWRITABLE', message: expect.stringContaining('full') as unknown },
    });
    expect(readdirSync(disk)).toEqual(['list.csv']);
  });
});
