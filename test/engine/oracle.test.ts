import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outputName, type OutputColumn } from '../../electron/domain/audience.ts';
import { checkRule } from '../../electron/domain/check-rule.ts';
import { composeRules } from '../../electron/domain/composition.ts';
import { countMatching } from '../../electron/domain/histogram.ts';
import { hasErrors } from '../../electron/domain/problem.ts';
import { compileHistogram, compileMembers, planAudience, readHistogram } from '../../electron/sql/index.ts';
import { duckdbDialect } from '../../electron/warehouses/duckdb-dialect.ts';
import { DuckdbSession } from '../../electron/warehouses/duckdb-session.ts';
import type { ResultValue } from '../../electron/warehouses/warehouse.ts';
import { CATALOG, worldAndRules } from '../support/oracle/arbitraries.ts';
import { type World, customerIds, measured, members } from '../support/oracle/evaluate.ts';
import { toScaled } from '../support/oracle/values.ts';
import { writeWorld } from '../support/oracle/load-world.ts';
import { makeTemporaryFolder } from '../support/temporary-folder.ts';

/** Worlds drawn; each has two to four rules, so that at least 500 rules meet the oracle. */
const WORLDS = 260;
const SEED = 20_261_101;

async function openWorld(world: World, folder: string, at: number): Promise<DuckdbSession> {
  const file = join(folder, `world-${at}.duckdb`);
  await writeWorld(world, file);
  return DuckdbSession.open(
    {
      label: 'a world',
      catalogs: [CATALOG],
      folders: [],
      attach: async (connection) => {
        await connection.run(`ATTACH '${file}' AS ${CATALOG} (READ_ONLY)`);
      },
    },
    folder,
  );
}

/** Ids, counts and sums come as numbers or text. */
function textOf(value: ResultValue | undefined): string | null {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : null;
}

describe('rules on DuckDB and in the naive evaluator', () => {
  it(
    'hold for the same customers, by themselves and from one histogram',
    async () => {
      const folder = makeTemporaryFolder();
      let rulesSeen = 0;
      let decided = 0;
      let worlds = 0;
      await fc.assert(
        fc.asyncProperty(worldAndRules, async ({ world, rules }) => {
          const session = await openWorld(world, folder, (worlds += 1));
          try {
            const definitions = { model: world.model, audiences: world.audiences };
            const composition = composeRules(rules, definitions);
            const plan = planAudience({ model: world.model, composition, asOf: world.asOf });
            const counted = await session.query(compileHistogram(plan, duckdbDialect));
            const histogram = readHistogram(counted.rows, plan);
            expect(histogram.total).toBe(customerIds(world).size);
            for (const [at, rule] of rules.entries()) {
              const expected = [...members(rule, world)].sort();
              const root = composition.roots[at];
              if (root === undefined) throw new Error('each rule has a root');
              const query = compileMembers({ ...plan, root }, duckdbDialect);
              const { rows } = await session.query(query);
              expect(rows.map((row) => row[0]).sort(), query.text).toEqual(expected);
              expect(countMatching(root, histogram)).toBe(expected.length);
              rulesSeen += 1;
              if (expected.length > 0 && expected.length < histogram.total) decided += 1;
              // The checks of the editor accept what runs; only ends the wrong way round are refused beforehand.
              const problems = checkRule(rule, definitions);
              const refused = problems.filter((problem) => !problem.message.startsWith('The lower end'));
              expect(hasErrors(refused)).toBe(false);
            }
          } finally {
            await session.close();
          }
        }),
        { numRuns: WORLDS, seed: SEED },
      );
      expect(rulesSeen).toBeGreaterThanOrEqual(500);
      // Rules that everybody or nobody meets prove little: a good part must split the customers.
      expect(decided / rulesSeen).toBeGreaterThan(0.2);
    },
    10 * 60_000,
  );

  it(
    'give the same counts and sums as columns',
    async () => {
      const folder = makeTemporaryFolder();
      let worlds = 0;
      let compared = 0;
      await fc.assert(
        fc.asyncProperty(worldAndRules, async ({ world }) => {
          const [trait] = world.model.traits;
          if (trait === undefined || (trait.measure.of !== 'count' && trait.measure.of !== 'sum')) return;
          const session = await openWorld(world, folder, (worlds += 1));
          try {
            const output: OutputColumn = { kind: 'trait', trait: trait.id };
            const composition = composeRules([{ kind: 'all', rules: [] }], {
              model: world.model,
              audiences: [],
            });
            const plan = planAudience({
              model: world.model,
              composition,
              outputs: [output],
              asOf: world.asOf,
            });
            const query = compileMembers(plan, duckdbDialect);
            expect(query.columns[1]?.name).toBe(outputName(output));
            const { rows } = await session.query(query);
            for (const [id, value] of rows.map((row) => row.map(textOf))) {
              const cell = measured(trait, id ?? '', world);
              if (cell?.kind === 'exact') expect(toScaled(value ?? '')).toBe(cell.scaled);
              else expect(value).toBeNull();
              compared += 1;
            }
          } finally {
            await session.close();
          }
        }),
        { numRuns: 150, seed: SEED },
      );
      expect(compared).toBeGreaterThan(100);
    },
    5 * 60_000,
  );
});
