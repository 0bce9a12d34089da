import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { AppError } from '../../electron/domain/app-error.ts';
import type { CompiledQuery } from '../../electron/sql/compiled-query.ts';
import { openDatabricks } from './support/open-databricks.ts';

/** More than the connections that the lakehouse's own metastore pools: a cancel may not cost one. */
const ROUNDS = 6;
const CANCELS = 4;

describe('an editor that asks anew at every change', () => {
  const warehouse = openDatabricks(inject('lakehouse'));
  afterAll(() => warehouse.close());

  it('gets its last answer, whenever the ones before were cancelled', async () => {
    const query = (n: number): CompiledQuery => ({
      text: `SELECT category, ${n} AS n FROM spark_catalog.retail.propensity_scores WHERE score > :p1 GROUP BY 1`,
      values: { p1: { type: 'double', value: 0.5 } },
      columns: [],
    });
    const categories = (await warehouse.query(query(0))).rows.length;
    for (let round = 0; round < ROUNDS; round += 1) {
      const cancelled: Promise<unknown>[] = [];
      for (let at = 0; at < CANCELS; at += 1) {
        const cancel = new AbortController();
        const code = (error: unknown) => (error instanceof AppError ? error.code : error);
        cancelled.push(warehouse.query(query(at), { signal: cancel.signal }).then(() => 'DONE', code));
        // From before the statement is sent to the middle of its work.
        await setTimeout(((round * CANCELS + at) % 8) * 60);
        cancel.abort();
      }
      expect((await warehouse.query(query(99))).rows).toHaveLength(categories);
      for (const outcome of await Promise.all(cancelled)) expect(['CANCELLED', 'DONE']).toContain(outcome);
    }
  });
});
