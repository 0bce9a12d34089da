import type { Settings } from '../../../electron/domain/field-spec.ts';
import { sampleModel } from '../../../electron/sample/sample-model.ts';
import type { Services } from '../../../electron/services/index.ts';
import type { LakehouseAddress } from '../../support/lakehouse/address.ts';
import { settingsOf } from './open-databricks.ts';

type Model = ReturnType<typeof sampleModel>;

/** Saves a connection to the lakehouse, reads its catalog and puts the sample's model over it. @returns the connection's id */
export async function saveLakehouse(
  services: Services,
  lakehouse: LakehouseAddress,
  settings: Settings = {},
): Promise<string> {
  const connection = await services.connections.save({
    label: 'Lakehouse',
    kind: 'databricks',
    settings: { ...settingsOf(lakehouse), ...settings },
    secrets: { token: lakehouse.tokens.owner },
  });
  const model = sampleModel();
  const here = <T extends { table: Model['customer']['table'] }>(entity: T): T => ({
    ...entity,
    table: { ...entity.table, catalog: 'spark_catalog' },
  });
  await services.catalog.refresh(connection.id, {});
  const moved = { ...model, customer: here(model.customer), entities: model.entities.map(here) };
  services.models.save(connection.id, describeTypes(services, connection.id, moved));
  return connection.id;
}

/** The model with the types that the lakehouse has, as the model page fills them in. */
function describeTypes(services: Services, connectionId: string, model: Model): Model {
  const typed = <T extends Model['customer'] | Model['entities'][number]>(entity: T): T => {
    const { columns } = services.catalog.table(connectionId, entity.table);
    const attributes = entity.attributes.map((attribute) => ({
      ...attribute,
      type: columns.find((column) => column.name === attribute.column)?.type ?? attribute.type,
    }));
    return { ...entity, attributes };
  };
  return { ...model, customer: typed(model.customer), entities: model.entities.map(typed) };
}
