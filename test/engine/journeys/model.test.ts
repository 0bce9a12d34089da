import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkJourney } from '../../../electron/domain/check-journey.ts';
import { hasErrors } from '../../../electron/domain/problem.ts';
import { duckdbDialect } from '../../../electron/warehouses/duckdb-dialect.ts';
import { duckdb } from '../../../electron/warehouses/duckdb.ts';
import { scenes } from '../../support/journeys/journey-arbitrary.ts';
import { playScene, type Stage } from '../../support/journeys/play-scene.ts';
import { DESTINATIONS } from '../../support/journeys/world.ts';
import { writeDuckdbWorld } from '../../support/journeys/write-world.ts';
import { makeTemporaryFolder } from '../../support/temporary-folder.ts';

const SCENES = Number(process.env['N'] ?? 150);
const SEED = Number(process.env['SEED'] ?? 20_261_205);
const PLACE = { catalog: 'slipway_state', schema: 'main' };

async function openStage(folder: string, at: number): Promise<Stage> {
  const files = join(folder, 'files');
  await mkdir(files, { recursive: true });
  await writeFile(join(files, 'rows.csv'), 'id\n1\n');
  const settings = { path: files, stateFile: join(folder, `state-${at}.duckdb`) };
  const warehouse = await duckdb.open({ settings, secrets: {}, home: folder });
  return { warehouse, dialect: duckdbDialect, place: PLACE, writeWorld: writeDuckdbWorld };
}

describe('x', () => {
  it('y', async () => {
    const folder = makeTemporaryFolder();
    let count = 0;
    const seen: Record<string, number> = {};
    await fc.assert(
      fc.asyncProperty(scenes(PLACE, { customers: 40, acts: 6 }), async (scene) => {
        for (const { versions, world } of scene.acts)
          for (const { definition } of versions) {
            const problems = checkJourney(definition, {
              model: world.model,
              audiences: world.audiences,
              destinations: [...DESTINATIONS],
            });
            if (hasErrors(problems)) throw new Error(JSON.stringify(problems));
          }
        const stage = await openStage(folder, (count += 1));
        try {
          for await (const { found, expected, act } of playScene(stage, scene)) {
            for (const row of expected.log.filter((r) => r.tick === act.number)) {
              const k = `${row.kind} ${row.reason ?? ''}`;
              seen[k] = (seen[k] ?? 0) + 1;
            }
            expect(found).toEqual(expected);
          }
        } finally {
          await stage.warehouse.close();
        }
      }),
      { numRuns: SCENES, seed: SEED, endOnFailure: process.env['SHRINK'] === undefined },
    );
    console.log(seen);
  }, 600_000);
});
