import { join } from 'node:path';
import { describe, it } from 'vitest';
import {
  sshd,
  startFolderWorld,
  startS3World,
  startSftpWorld,
  versitygw,
} from '../../support/kill/file-worlds.ts';
import { Ordeal } from '../../support/kill/ordeal.ts';
import { KILLS, ORDEAL_TIMEOUT, SEED, useOrdeals } from '../../support/kill/prepare.ts';
import { seededRandom } from '../../support/kill/random.ts';
import {
  type KillWorld,
  startFacebookWorld,
  startPinterestWorld,
  startSparkPostWorld,
  startTikTokFileWorld,
  startTikTokWorld,
  startWebhookWorld,
} from '../../support/kill/worlds.ts';
import { type Tool, titleWith } from '../../support/test-tools.ts';

const WORLDS: readonly (readonly [name: string, start: () => Promise<KillWorld>, tool?: Tool])[] = [
  ['SparkPost transmissions', () => startSparkPostWorld('transmission')],
  ['SparkPost list', () => startSparkPostWorld('list')],
  ['Facebook, mirrored', () => startFacebookWorld('mirror')],
  ['Facebook, replaced', () => startFacebookWorld('replace')],
  ['Pinterest', startPinterestWorld],
  ['TikTok', startTikTokWorld],
  ['TikTok files', startTikTokFileWorld],
  ['webhook', startWebhookWorld],
  ['folder', () => startFolderWorld('in place')],
  ['folder, split', () => startFolderWorld('split')],
  ['SFTP', startSftpWorld, sshd],
  ['S3', startS3World, versitygw],
];

const ordeals = useOrdeals();

describe(`an engine that is killed at ${KILLS} random points (seed ${SEED})`, { concurrent: true }, () => {
  for (const [at, [name, start, tool = { path: '' }]] of WORLDS.entries()) {
    it.skipIf('missing' in tool)(
      titleWith(tool, `delivers each member once, and keeps the ledger whole: ${name}`),
      async ({ expect, onTestFinished }) => {
        const world = await start();
        onTestFinished(world.close);
        const home = join(ordeals.folder, `home-${at}`);
        const ordeal = await Ordeal.begin(ordeals.parts(), home, world, seededRandom(SEED + at));
        expect(await ordeal.suffer(KILLS)).toBeGreaterThan(0);
      },
      ORDEAL_TIMEOUT,
    );
  }
});
