import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileDelivery, FilePlace } from '../../../electron/destinations/destination.ts';
import { file } from '../../../electron/destinations/file.ts';
import { s3 } from '../../../electron/destinations/s3.ts';
import { sftp } from '../../../electron/destinations/sftp.ts';
import type { Secrets, Settings } from '../../../electron/domain/field-spec.ts';
import { measureBuffers } from '../../support/collected-memory.ts';
import { contentOf, neverAborted, randomContent } from '../../support/file-content.ts';
import { findSshd, startSshd } from '../../support/sshd.ts';
import { titleWith } from '../../support/test-tools.ts';
import { findVersitygw, startVersitygw } from '../../support/versitygw.ts';

/** A real place, and a look at it that does not go through the destination. */
interface World {
  readonly settings: Settings;
  readonly secrets: Secrets;
  /** The folder of this computer in which the files lie. */
  readonly folder: string;
  /** Uploads that were begun and neither completed nor removed. */
  readonly countUnfinished: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

const sshd = await findSshd();
const versitygw = await findVersitygw();

async function startFolder(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-folder-'));
  return {
    settings: { folder },
    secrets: {},
    folder,
    countUnfinished: async () => 0,
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function startOverSsh(): Promise<World> {
  if ('missing' in sshd) throw new Error(sshd.missing);
  const { host, port, user, hostKey, keys, folder, stop } = await startSshd(sshd);
  return {
    settings: { host, port, user, hostKey, auth: 'key', folder: '.' },
    secrets: { privateKey: keys.privateKey },
    folder,
    countUnfinished: async () => 0,
    stop,
  };
}

async function startStore(): Promise<World> {
  if ('missing' in versitygw) throw new Error(versitygw.missing);
  const { endpoint, region, accessKeyId, secretAccessKey, folder, stop } = await startVersitygw(versitygw);
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  await client.send(new CreateBucketCommand({ Bucket: 'lists' }));
  return {
    settings: { endpoint, region, bucket: 'lists', prefix: '/out/', accessKeyId, forcePathStyle: true },
    secrets: { secretAccessKey },
    folder: join(folder, 'lists', 'out'),
    countUnfinished: async () => {
      const answer = await client.send(new ListMultipartUploadsCommand({ Bucket: 'lists' }));
      return answer.Uploads?.length ?? 0;
    },
    stop: async () => {
      client.destroy();
      await stop();
    },
  };
}

const PLACES = [
  { kind: file, tool: { path: '' }, start: startFolder, bytes: 40e6, memory: 12e6 },
  { kind: sftp, tool: sshd, start: startOverSsh, bytes: 40e6, memory: 12e6 },
  // Three parts of 8 MiB are under way, and one is gathered.
  { kind: s3, tool: versitygw, start: startStore, bytes: 100e6, memory: 70e6 },
];

describe.each(PLACES)('a place for files', ({ kind, tool, start, bytes, memory }) => {
  describe.skipIf('missing' in tool)(titleWith(tool, kind.kind), () => {
    let world: World;
    let place: FilePlace;
    const read = (name: string): Buffer => readFileSync(join(world.folder, name));
    const list = (): string[] => (existsSync(world.folder) ? readdirSync(world.folder).sort() : []);
    const write = (name: string, content: AsyncIterable<Uint8Array>, signal = neverAborted()) =>
      place.write(name, content, signal);

    beforeAll(async () => {
      world = await start();
      const delivery = kind.delivery as FileDelivery;
      const { settings, secrets } = world;
      place = await delivery.open({ settings, secrets, target: {}, signal: neverAborted() });
    });
    afterAll(async () => {
      await place.close();
      await world.stop();
    });

    it('keeps the bytes, and tells how many they are', async () => {
      const written = await write('plain.csv', contentOf('id,name\n', new Uint8Array(0), '1,Zoë\n'));
      expect(read('plain.csv').toString()).toBe('id,name\n1,Zoë\n');
      expect(written).toBe(15);
    });

    it('takes an empty file', async () => {
      expect(await write('empty.jsonl', contentOf())).toBe(0);
      expect(read('empty.jsonl').length).toBe(0);
    });

    it.each(['Été 名前 🎉.csv', 'a b+c%20d&e#f.csv', `${'名'.repeat(80)}.csv`])(
      'takes any name: %s',
      async (name) => {
        await write(name, contentOf('x\n'));
        expect(read(name).toString()).toBe('x\n');
      },
    );

    it('replaces a file of the same name', async () => {
      await write('twice.csv', contentOf('first, and longer\n'));
      await write('twice.csv', contentOf('second\n'));
      expect(read('twice.csv').toString()).toBe('second\n');
    });

    it('refuses a name that leads elsewhere', async () => {
      await expect(write('../elsewhere.csv', contentOf('x'))).rejects.toMatchObject({
        error: { code: 'SETTINGS_INVALID', where: 'target.fileName' },
      });
    });

    it('takes a large file with flat memory, and shows the old one until it is whole', async () => {
      await write('large.bin', contentOf('old'));
      const hash = createHash('sha256');
      const before = measureBuffers();
      let most = 0;
      async function* content(): AsyncGenerator<Uint8Array> {
        let given = 0;
        for await (const chunk of randomContent(bytes)) {
          hash.update(chunk);
          if (given % (32 * chunk.length) === 0) most = Math.max(most, measureBuffers() - before);
          given += chunk.length;
          yield chunk;
          expect(read('large.bin').toString()).toBe('old');
        }
      }
      expect(await write('large.bin', content())).toBe(bytes);
      expect(createHash('sha256').update(read('large.bin')).digest('hex')).toBe(hash.digest('hex'));
      expect(most).toBeLessThan(memory);
    });

    it('leaves nothing of a file that is cancelled, and keeps the old one', async () => {
      await write('cancelled.bin', contentOf('old'));
      const before = list();
      const abort = new AbortController();
      const reason = new Error('cancelled by a person');
      const content = randomContent(40_000_000, (given) => {
        if (given >= 20_000_000) abort.abort(reason);
      });
      await expect(write('cancelled.bin', content, abort.signal)).rejects.toBe(reason);
      expect(read('cancelled.bin').toString()).toBe('old');
      expect(list()).toEqual(before);
      expect(await world.countUnfinished()).toBe(0);
    });

    it('ends a cancelled file also while its content hangs', async () => {
      const abort = new AbortController();
      async function* content(): AsyncGenerator<Uint8Array> {
        yield Buffer.alloc(100_000);
        setTimeout(() => abort.abort(new Error('cancelled')), 50);
        await new Promise(() => undefined);
      }
      await expect(write('hangs.bin', content(), abort.signal)).rejects.toThrow('cancelled');
      expect(list().filter((name) => name.includes('hangs'))).toEqual([]);
    });

    it('leaves nothing of a file whose content fails, and gives that failure', async () => {
      const failure = new Error('the query failed');
      const content = randomContent(40_000_000, (given) => {
        if (given >= 20_000_000) throw failure;
      });
      await expect(write('broken.bin', content)).rejects.toBe(failure);
      expect(list().filter((name) => name.includes('broken'))).toEqual([]);
      expect(await world.countUnfinished()).toBe(0);
    });

    it('does not begin once it is cancelled', async () => {
      const reason = new Error('before');
      await expect(write('never.csv', contentOf('x'), AbortSignal.abort(reason))).rejects.toBe(reason);
      expect(list()).not.toContain('never.csv');
    });

    it('passes its test, which changes nothing', async () => {
      const before = list();
      const steps: string[] = [];
      await kind.test({ ...world, signal: neverAborted() }, ({ id, status, detail }) => {
        steps.push(`${id} ${status}`);
        if (status === 'passed') expect(detail ?? 'passed').not.toBe('');
      });
      expect(steps.length).toBeGreaterThanOrEqual(2);
      expect(steps.at(-1)).toMatch(/passed$/);
      expect(list()).toEqual(before);
    });
  });
});
