import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, inject, it } from 'vitest';
import { sampleModel } from '../../electron/sample/sample-model.ts';
import { failureOf, useEngine } from '../support/engine.ts';
import { connectLakehouse } from '../support/lakehouse/lakehouse.ts';
import { settingsOf } from './support/open-databricks.ts';

const lakehouse = connectLakehouse(inject('lakehouse'));
const { control } = lakehouse;
const test = useEngine();

afterEach(async () => {
  await control.clearFaults();
});

/** The sample's model over the lakehouse, on a saved connection with one audience; gives its ids. */
async function prepare(): Promise<{ connectionId: string; audienceId: string }> {
  const { services } = test.engine();
  const connection = await services.connections.save({
    label: 'Lakehouse',
    kind: 'databricks',
    settings: settingsOf(lakehouse),
    secrets: { token: lakehouse.tokens.owner },
  });
  const model = sampleModel();
  const here = <T extends { table: typeof model.customer.table }>(entity: T): T => ({
    ...entity,
    table: { ...entity.table, catalog: 'spark_catalog' },
  });
  await services.catalog.refresh(connection.id, {});
  const moved = { ...model, customer: here(model.customer), entities: model.entities.map(here) };
  const native = await describeTypes(connection.id, moved);
  services.models.save(connection.id, native);
  const { audience } = services.audiences.save(connection.id, {
    id: undefined,
    name: 'Everyone',
    rule: { kind: 'all', rules: [] },
    columns: [],
  });
  return { connectionId: connection.id, audienceId: audience.id };
}

/** The model with the types that the lakehouse has, as the model page fills them in. */
async function describeTypes(
  connectionId: string,
  model: ReturnType<typeof sampleModel>,
): Promise<ReturnType<typeof sampleModel>> {
  const { services } = test.engine();
  const typed = <T extends typeof model.customer | (typeof model.entities)[number]>(entity: T): T => {
    const { columns } = services.catalog.table(connectionId, entity.table);
    const attributes = entity.attributes.map((attribute) => ({
      ...attribute,
      type: columns.find((column) => column.name === attribute.column)?.type ?? attribute.type,
    }));
    return { ...entity, attributes };
  };
  return { ...model, customer: typed(model.customer), entities: model.entities.map(typed) };
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
