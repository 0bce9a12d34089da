import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KILLS, ORDEAL_TIMEOUT, SEED, useOrdeals } from '../../support/kill/prepare.ts';
import { seededRandom } from '../../support/kill/random.ts';
import { TickOrdeal } from '../../support/kill/tick-ordeal.ts';
import { startSparkPostWorld } from '../../support/kill/worlds.ts';

const ordeals = useOrdeals();

describe(`a tick that is killed at ${KILLS} random points (seed ${SEED})`, () => {
  it(
    'loses no customer and mails none twice',
    async ({ onTestFinished }) => {
      const world = await startSparkPostWorld('transmission');
      onTestFinished(world.close);
      const home = join(ordeals.folder, 'home');
      const ordeal = await TickOrdeal.begin(ordeals.parts(), home, world, seededRandom(SEED));
      expect(await ordeal.suffer(KILLS)).toBeGreaterThan(1);
    },
    ORDEAL_TIMEOUT,
  );
});
