import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { AppError } from '../../electron/domain/app-error.ts';
import { databricksDialect } from '../../electron/warehouses/databricks-dialect.ts';
import type { DatabricksSession } from '../../electron/warehouses/databricks-session.ts';
import { scenes } from '../support/journeys/journey-arbitrary.ts';
import { type Stage, openState, playScene } from '../support/journeys/play-scene.ts';
import { readTables } from '../support/journeys/read-tables.ts';
import { connectLakehouse } from '../support/lakehouse/lakehouse.ts';
import { openDriver } from './support/driver.ts';
import { openDatabricks } from './support/open-databricks.ts';
import { writeSparkWorld } from './support/spark-world.ts';

/** Of scenes that between them have every kind of step and most of what can happen. A tick is some twenty statements, most of which write to Delta. */
const SEEDS = [20_263_212, 20_263_963];
const PLACE = { catalog: 'spark_catalog', schema: 'slipway_journeys' };
const STATE = `${PLACE.catalog}.${PLACE.schema}`;

const lakehouse = connectLakehouse(inject('lakehouse'));
const { control } = lakehouse;
let session: DatabricksSession;
let stage: Stage;

async function recreate(): Promise<void> {
  await using driver = await openDriver(lakehouse, lakehouse.tokens.owner);
  await driver.rows(`DROP SCHEMA IF EXISTS ${STATE} CASCADE`);
  await driver.rows(`CREATE SCHEMA ${STATE}`);
}

beforeAll(() => {
  session = openDatabricks(lakehouse, { settings: { stateSchema: STATE } });
  const writeWorld = (world: Parameters<Stage['writeWorld']>[0]) => writeSparkWorld(world, session);
  stage = { warehouse: session, dialect: databricksDialect, place: PLACE, writeWorld };
});

afterAll(async () => {
  await control.clearFaults();
  await session.close();
  await using driver = await openDriver(lakehouse, lakehouse.tokens.owner);
  await driver.rows(`DROP SCHEMA IF EXISTS ${STATE} CASCADE`);
});

describe('a journey on Spark and Delta', () => {
  it('has the state, the log and the sends of the reference after each tick', async () => {
    const seen = new Set<string>();
    for (const seed of SEEDS) {
      const [scene] = fc.sample(scenes(PLACE, { customers: 12, acts: 3 }), { numRuns: 1, seed });
      if (scene === undefined) throw new Error('There is no scene.');
      await recreate();
      for await (const { found, expected } of playScene(stage, scene)) {
        expect(found).toEqual(expected);
        for (const { kind, reason } of expected.log) seen.add(`${kind} ${reason ?? ''}`.trim());
      }
    }
    // Scenes in which little happens would prove little.
    expect(seen.size).toBeGreaterThan(9);
  }, 600_000);

  it('is left as it was by a tick whose account lost the right to write', async () => {
    const [scene] = fc.sample(scenes(PLACE, { customers: 8, acts: 1 }), { numRuns: 1, seed: 1 });
    const act = scene?.acts[0];
    if (act === undefined) throw new Error('The scene has no act.');
    await recreate();
    await stage.writeWorld(act.world);
    const state = openState(stage, act.journey);
    await state.prepare();
    const before = await readTables(stage, act.journey);
    await control.fault({ kind: 'status', status: 403, on: 'ExecuteStatement' });
    const refused = await state.prepare().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AppError);
    expect(refused).toMatchObject({ code: 'PERMISSION_DENIED' });
    await control.clearFaults();
    expect(await readTables(stage, act.journey)).toEqual(before);
  }, 300_000);
});
