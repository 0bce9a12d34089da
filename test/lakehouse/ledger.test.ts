import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, inject, it } from 'vitest';
import { failureOf, useEngine } from '../support/engine.ts';
import { connectLakehouse } from '../support/lakehouse/lakehouse.ts';
import { saveLakehouse } from './support/save-lakehouse.ts';

const lakehouse = connectLakehouse(inject('lakehouse'));
const { control } = lakehouse;
const test = useEngine();

afterEach(async () => {
  await control.clearFaults();
});

/** A connection to the lakehouse with one audience; gives their ids. */
async function prepare(): Promise<{ connectionId: string; audienceId: string }> {
  const { services } = test.engine();
  const connectionId = await saveLakehouse(services, lakehouse);
  const { audience } = services.audiences.save(connectionId, {
    id: undefined,
    name: 'Everyone',
    rule: { kind: 'all', rules: [] },
    columns: [],
  });
  return { connectionId, audienceId: audience.id };
}

it('an export has the statement’s id in the ledger and the run’s id in the query history, failed ones too', async () => {
  const { connectionId, audienceId } = await prepare();
  const { services } = test.engine();
  await control.clearStatements();
  const request = { connectionId, audienceId, format: 'parquet', columns: [], overwrite: false } as const;
  const run = await services.exports.run({ ...request, path: join(test.folder, 'all.parquet') }, {});
  expect(run).toMatchObject({ status: 'succeeded', rows: 2_500 });
  const logged = (await control.statements()).find((each) => each.statementId === run.statementId);
  expect(logged?.configuration['QUERY_TAGS']).toBe(`app:slipway,run:${run.id},audience:${audienceId}`);

  await control.fault({ kind: 'status', status: 403, on: 'FetchResults' });
  const path = join(test.folder, 'failed.parquet');
  const failure = await failureOf(() => services.exports.run({ ...request, path }, {}));
  expect(failure.code).toBe('PERMISSION_DENIED');
  expect(services.runs.list(1)[0]).toMatchObject({ status: 'failed', error: { code: 'PERMISSION_DENIED' } });
  expect((await readdir(test.folder)).sort()).toEqual(['all.parquet', 'home']);

  await control.clearFaults();
  await control.fault({ kind: 'expire-tokens' });
  const refused = await failureOf(() => services.exports.run({ ...request, path }, {}));
  expect(refused).toMatchObject({ code: 'AUTH_FAILED', where: 'settings.token', details: { connectionId } });
});
