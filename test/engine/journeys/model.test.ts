import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkJourney } from '../../../electron/domain/check-journey.ts';
import { hasErrors } from '../../../electron/domain/problem.ts';
import { EndReason, LogKind, NotSentReason } from '../../../electron/domain/tick.ts';
import { duckdbDialect } from '../../../electron/warehouses/duckdb-dialect.ts';
import { duckdb } from '../../../electron/warehouses/duckdb.ts';
import { type Statements, countStatements } from '../../support/journeys/count-statements.ts';
import { type Scene, scenes } from '../../support/journeys/journey-arbitrary.ts';
import { killEverywhere, killOnce, phasesOf } from '../../support/journeys/play-killed.ts';
import {
  type Stage,
  actInReference,
  actOnEngine,
  countsOf,
  openState,
  playScene,
} from '../../support/journeys/play-scene.ts';
import { plainTables, readTables } from '../../support/journeys/read-tables.ts';
import { Reference } from '../../support/journeys/reference.ts';
import { DESTINATIONS } from '../../support/journeys/world.ts';
import { duckdbWorldWriter } from '../../support/journeys/write-world.ts';

const SCENES = 120;
const SEED = 20_261_205;
/** In milliseconds. */
const LONGEST = 15 * 60_000;
const PLACE = { catalog: 'slipway_state', schema: 'main' };

let folder = '';
let opened = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journeys-'));
  await mkdir(join(folder, 'files'));
  await writeFile(join(folder, 'files', 'rows.csv'), 'id\n1\n');
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Runs `use` with an engine of its own, whose state is empty. */
async function onStage(use: (stage: Stage) => Promise<void>): Promise<void> {
  const files = join(folder, 'files');
  const stateFile = join(folder, `state-${(opened += 1)}.duckdb`);
  const warehouse = await duckdb.open({ settings: { path: files, stateFile }, secrets: {}, home: folder });
  try {
    await use({
      warehouse,
      dialect: duckdbDialect,
      place: PLACE,
      writeWorld: duckdbWorldWriter(warehouse),
    });
  } finally {
    await warehouse.close();
  }
}

/** Plays scenes, each with an engine of its own. What fails is made smaller. */
function assertScenes(
  size: { readonly customers: number; readonly acts: number; readonly scenes: number; readonly seed: number },
  play: (scene: Scene, stage: Stage) => Promise<void>,
): Promise<void> {
  return fc.assert(
    fc.asyncProperty(scenes(PLACE, size), (scene) => onStage((stage) => play(scene, stage))),
    // Making a failure smaller takes long: what was found by then is told.
    {
      numRuns: size.scenes,
      seed: size.seed,
      interruptAfterTimeLimit: LONGEST - 30_000,
      markInterruptAsFailure: true,
    },
  );
}

/** Plays scenes phase by phase, each as `live` lets it happen, and holds what came of each act to the reference. */
function assertPhases(
  size: Parameters<typeof assertScenes>[0],
  live: (phase: () => Promise<void>, statements: Statements) => Promise<void>,
): Promise<void> {
  return assertScenes(size, async ({ acts }, stage) => {
    const reference = new Reference();
    const statements = countStatements(stage.warehouse);
    const engine = { ...stage, warehouse: statements.warehouse };
    for (const act of acts) {
      await stage.writeWorld(act.world);
      actInReference(reference, act);
      for (const phase of phasesOf(engine, act)) await live(phase, statements);
      expect(await readTables(stage, act.journey)).toEqual(plainTables(reference.tables(act.journey)));
    }
  });
}

/** The scene with the first customers of its world only. */
function withCustomers({ acts }: Scene, count: number): Scene {
  return {
    acts: acts.map((act) => {
      const { rows } = act.world;
      return {
        ...act,
        world: { ...act.world, rows: { ...rows, customer: (rows['customer'] ?? []).slice(0, count) } },
      };
    }),
  };
}

describe('a journey', () => {
  it(
    'has the state, the log and the sends of the reference after each tick, whatever the journey, the customers and the instants',
    async () => {
      const seen = new Set<string>();
      let moved = 0;
      await assertScenes({ customers: 40, acts: 6, scenes: SCENES, seed: SEED }, async (scene, stage) => {
        for await (const { act, found, expected } of playScene(stage, scene)) {
          expect(found).toEqual(expected);
          const happened = expected.log.filter(({ tick }) => tick === act.number);
          const state = openState(stage, act.journey);
          expect(sortCounts(await state.counts(act.number))).toEqual(sortCounts(countsOf(happened)));
          moved += happened.length;
          for (const { kind, reason } of happened) seen.add(`${kind} ${reason ?? ''}`.trim());
        }
      });
      // Nothing that can happen was left out.
      const kinds = LogKind.options.filter((kind) => kind !== 'left' && kind !== 'not-sent');
      const reasons = NotSentReason.options.filter((reason) => reason !== 'rejected');
      expect([...seen].sort()).toEqual(
        [
          ...kinds,
          ...EndReason.options.map((reason) => `left ${reason}`),
          ...reasons.map((reason) => `not-sent ${reason}`),
        ].sort(),
      );
      expect(moved / SCENES).toBeGreaterThan(20);
    },
    LONGEST,
  );

  it('is what can be published: the checks find no error in it', () => {
    let versions = 0;
    for (const { acts } of fc.sample(scenes(PLACE, { customers: 1, acts: 6 }), {
      numRuns: 400,
      seed: SEED,
    })) {
      for (const { versions: published, world } of acts) {
        for (const { definition } of published) {
          const definitions = { ...world, audiences: [...world.audiences], destinations: [...DESTINATIONS] };
          const problems = checkJourney(definition, definitions);
          expect(hasErrors(problems), JSON.stringify(problems)).toBe(false);
          versions += 1;
        }
      }
    }
    expect(versions).toBeGreaterThan(1_000);
  });

  it(
    'is not changed by a phase of a tick that is done again',
    () =>
      assertPhases({ customers: 20, acts: 5, scenes: 10, seed: SEED + 1 }, async (phase) => {
        await phase();
        await phase();
      }),
    LONGEST,
  );

  it(
    'comes to the same where a process is killed before or after any statement of a tick, however often',
    async () => {
      let kills = 0;
      const size = { customers: 20, acts: 4, scenes: 6, seed: SEED + 2 };
      await assertPhases(size, async (phase, statements) => {
        kills += await killEverywhere(phase, statements);
      });
      expect(kills).toBeGreaterThan(100);
    },
    LONGEST,
  );

  it(
    'comes to the same where a process is killed once in each phase, and the next one goes on',
    async () => {
      let kills = 0;
      let turn = 0;
      const size = { customers: 20, acts: 6, scenes: 12, seed: SEED + 3 };
      await assertPhases(size, async (phase, statements) => {
        turn += 1;
        const kill = { statement: 1 + (turn % 7), when: turn % 2 === 0 ? 'before' : 'after' } as const;
        if (await killOnce(phase, statements, kill)) kills += 1;
      });
      expect(kills).toBeGreaterThan(50);
    },
    LONGEST,
  );

  it('ticks with as many statements for nobody as for many', async () => {
    const drawn = fc.sample(scenes(PLACE, { customers: 40, acts: 4 }), { numRuns: 4, seed: SEED + 4 });
    for (const scene of drawn) {
      const counts: (readonly { readonly written: number; readonly asked: number }[])[] = [];
      for (const customers of [0, 1, 40]) {
        await onStage(async (stage) => {
          const statements = countStatements(stage.warehouse);
          const counted = [];
          for (const act of withCustomers(scene, customers).acts) {
            await stage.writeWorld(act.world);
            const before = statements.asked();
            statements.kill();
            await actOnEngine({ ...stage, warehouse: statements.warehouse }, act);
            counted.push({ written: statements.written(), asked: statements.asked() - before });
          }
          counts.push(counted);
        });
      }
      const [nobody, one, many] = counts;
      expect(one).toEqual(nobody);
      expect(many).toEqual(nobody);
      expect(many?.length).toBe(scene.acts.length);
    }
  });
});

function sortCounts(counts: readonly object[]): string[] {
  return counts.map((count) => JSON.stringify(Object.entries(count).sort())).sort();
}
