import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Settings } from '../../../electron/domain/field-spec.ts';
import { findSshd, startSshd } from '../sshd.ts';
import { findVersitygw, startVersitygw } from '../versitygw.ts';
import type { KillWorld } from './worlds.ts';

export const sshd = await findSshd();
export const versitygw = await findVersitygw();

/** One file a run, written by the warehouse beside its place; then a manifest. */
const IN_PLACE: Settings = { fileName: '{run}', format: 'csv', manifest: true };
/** About a dozen files a run, which pass through the app. */
const SPLIT: Settings = { ...IN_PLACE, splitMegabytes: 0.01, compression: 'gzip' };

type Place = Pick<KillWorld, 'kind' | 'settings' | 'secrets' | 'target' | 'close'> & {
  readonly folder: string;
};

/** A place whose files lie in a folder of this computer. */
function worldOf({ folder, ...place }: Place): KillWorld {
  const files = (runId: string): Map<string, Buffer> =>
    new Map(
      readdirSync(folder)
        .filter((name) => name.startsWith(runId) && !name.includes('manifest'))
        .map((name) => [name, readFileSync(join(folder, name))]),
    );
  return {
    ...place,
    mode: 'replace',
    fields: [
      { to: 'id', from: { kind: 'customer-id' }, form: 'as-is' },
      { to: 'email', from: { kind: 'attribute', entity: 'customer', column: 'email' }, form: 'as-is' },
    ],
    batchRows: 1,
    rowsOf: () => undefined,
    files,
    held: (runId) =>
      [...files(runId)].flatMap(([name, bytes]) => {
        const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
        const [header, ...lines] = text.trimEnd().split('\n');
        if (header !== 'id,email') return [`${name} has no header`];
        return lines.map((line) => line.replaceAll('"', '').replace(',', '|'));
      }),
    keyOf: ({ id, email }) => `${id}|${email}`,
  };
}

export async function startFolderWorld(how: 'in place' | 'split'): Promise<KillWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-kill-folder-'));
  return worldOf({
    kind: 'file',
    settings: { folder },
    secrets: {},
    target: how === 'split' ? SPLIT : IN_PLACE,
    folder,
    close: async () => rmSync(folder, { recursive: true, force: true }),
  });
}

export async function startSftpWorld(): Promise<KillWorld> {
  if ('missing' in sshd) throw new Error(sshd.missing);
  const { host, port, user, hostKey, keys, folder, stop } = await startSshd(sshd);
  return worldOf({
    kind: 'sftp',
    settings: { host, port, user, hostKey, auth: 'key', folder: '.' },
    secrets: { privateKey: keys.privateKey },
    target: SPLIT,
    folder,
    close: stop,
  });
}

export async function startS3World(): Promise<KillWorld> {
  if ('missing' in versitygw) throw new Error(versitygw.missing);
  const { endpoint, region, accessKeyId, secretAccessKey, folder, stop } = await startVersitygw(versitygw);
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket: 'lists' }));
  client.destroy();
  return worldOf({
    kind: 's3',
    settings: { endpoint, region, bucket: 'lists', accessKeyId, forcePathStyle: true },
    secrets: { secretAccessKey },
    target: SPLIT,
    folder: join(folder, 'lists'),
    close: stop,
  });
}
