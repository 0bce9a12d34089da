import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrdealParts } from '../../support/kill/ordeal.ts';
import { prepareOrdeals } from '../../support/kill/prepare.ts';
import { seededRandom } from '../../support/kill/random.ts';
import { TickOrdeal } from '../../support/kill/tick-ordeal.ts';
import { startSparkPostWorld } from '../../support/kill/worlds.ts';

/** `SLIPWAY_KILLS` and `SLIPWAY_SEED` choose others: the seed of a failure repeats it, as far as times do. */
const KILLS = Number(process.env['SLIPWAY_KILLS'] ?? 50);
const SEED = Number(process.env['SLIPWAY_SEED'] ?? Date.now() % 1_000_000);
const TIMEOUT = 900_000;

let folder: string;
let parts: OrdealParts;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-tick-kill-'));
  process.env['NODE_COMPILE_CACHE'] = join(folder, 'compiled');
  parts = await prepareOrdeals(folder);
}, TIMEOUT);
afterAll(() => {
  delete process.env['NODE_COMPILE_CACHE'];
  rmSync(folder, { recursive: true, force: true });
});

describe(`a tick that is killed at ${KILLS} random points (seed ${SEED})`, () => {
  it(
    'loses no customer and mails none twice',
    async ({ onTestFinished }) => {
      const world = await startSparkPostWorld('transmission');
      onTestFinished(world.close);
      const ordeal = await TickOrdeal.begin(parts, join(folder, 'home'), world, seededRandom(SEED));
      expect(await ordeal.suffer(KILLS)).toBeGreaterThan(1);
    },
    TIMEOUT,
  );
});
