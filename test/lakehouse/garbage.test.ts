import { afterAll, expect, inject, it } from 'vitest';
import { AppError } from '../../electron/domain/app-error.ts';
import type { DatabricksSession } from '../../electron/warehouses/databricks-session.ts';
import type { Fault } from '../support/lakehouse/gateway/faults.ts';
import { connectLakehouse } from '../support/lakehouse/lakehouse.ts';
import { openDatabricks } from './support/open-databricks.ts';

const lakehouse = connectLakehouse(inject('lakehouse'));
const { control } = lakehouse;
const limits = { session: 3_000, statement: 3_000, answer: 3_000, fetch: 3_000 };
const one = { text: `SELECT 1 AS v, 'two' AS w, array(3) AS x`, values: {}, columns: [] };

type CallName = NonNullable<Extract<Fault, { kind: 'garbage' }>['on']>;

/** The answers that are replaced, and how many of each; early ones are cheap, since nothing has run by then. */
const CALLS: readonly (readonly [CallName, number])[] = [
  ['OpenSession', 300],
  ['ExecuteStatement', 350],
  ['GetOperationStatus', 150],
  ['GetResultSetMetadata', 80],
  ['FetchResults', 100],
  ['GetCatalogs', 60],
];

const strays: unknown[] = [];
const catchStray = (error: unknown): number => strays.push(error);
process.on('unhandledRejection', catchStray);
process.on('uncaughtException', catchStray);

afterAll(async () => {
  process.off('unhandledRejection', catchStray);
  process.off('uncaughtException', catchStray);
  await control.clearFaults();
});

it(
  'a thousand answers of garbage end in rows or in an error for people, and the next call works',
  async () => {
    const codes = new Map<string, number>();
    let answers = 0;
    let shared = openDatabricks(lakehouse, { limits });
    await shared.query(one);
    for (const [on, count] of CALLS) {
      for (let seed = 1; seed <= count; seed += 1) {
        await control.fault({ kind: 'garbage', seed, times: 1, on });
        const fresh = on === 'OpenSession';
        const warehouse = fresh ? openDatabricks(lakehouse, { limits }) : shared;
        const outcome = await outcomeOf(warehouse, on);
        codes.set(outcome, (codes.get(outcome) ?? 0) + 1);
        answers += 1;
        await control.clearFaults();
        if (fresh) await warehouse.close();
      }
      expect((await shared.query(one)).rows, on).toEqual([[1, 'two', [3]]]);
      await shared.close();
      shared = openDatabricks(lakehouse, { limits });
      await shared.query(one);
    }
    await shared.close();
    expect(answers).toBeGreaterThanOrEqual(1000);
    expect(strays).toEqual([]);
    // Most of the answers are broken for good.
    expect(codes.get('rows') ?? 0).toBeLessThan(answers / 2);
    expect([...codes.keys()].filter((code) => code === 'INTERNAL')).toEqual([]);
  },
  15 * 60_000,
);

async function outcomeOf(warehouse: DatabricksSession, on: CallName): Promise<string> {
  try {
    if (on === 'GetCatalogs')
      for await (const table of warehouse.discover()) return table.path.table === '' ? '' : 'rows';
    else await warehouse.query(one);
    return 'rows';
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw new Error('not for people', { cause: error });
  }
}
