import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import {
  sshd,
  startFolderWorld,
  startS3World,
  startSftpWorld,
  versitygw,
} from '../../support/kill/file-worlds.ts';
import { Ordeal, type OrdealParts } from '../../support/kill/ordeal.ts';
import { prepareOrdeals } from '../../support/kill/prepare.ts';
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

/** `SLIPWAY_KILLS` and `SLIPWAY_SEED` choose others: the seed of a failure repeats it, as far as times do. */
const KILLS = Number(process.env['SLIPWAY_KILLS'] ?? 50);
const SEED = Number(process.env['SLIPWAY_SEED'] ?? Date.now() % 1_000_000);
const TIMEOUT = 900_000;

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

let folder: string;
let parts: OrdealParts;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-kill-'));
  // Children start hundreds of times: what one has compiled serves the others.
  process.env['NODE_COMPILE_CACHE'] = join(folder, 'compiled');
  parts = await prepareOrdeals(folder);
}, TIMEOUT);
afterAll(() => {
  delete process.env['NODE_COMPILE_CACHE'];
  rmSync(folder, { recursive: true, force: true });
});

describe(`an engine that is killed at ${KILLS} random points (seed ${SEED})`, { concurrent: true }, () => {
  for (const [at, [name, start, tool = { path: '' }]] of WORLDS.entries()) {
    it.skipIf('missing' in tool)(
      titleWith(tool, `delivers each member once, and keeps the ledger whole: ${name}`),
      async ({ expect, onTestFinished }) => {
        const world = await start();
        onTestFinished(world.close);
        const ordeal = await Ordeal.begin(parts, join(folder, `home-${at}`), world, seededRandom(SEED + at));
        expect(await ordeal.suffer(KILLS)).toBeGreaterThan(0);
      },
      TIMEOUT,
    );
  }
});
