import type { CustomerModel } from '../../../electron/domain/model.ts';
import type { TablePath } from '../../../electron/domain/table-path.ts';
import { sampleModel } from '../../../electron/sample/sample-model.ts';

/** The model over its tables in the test lakehouse, in another schema where one is given. */
export function moveModel(model: CustomerModel, schema?: string): CustomerModel {
  const moved = <T extends { table: TablePath }>(entity: T): T => ({
    ...entity,
    table: { ...entity.table, catalog: 'spark_catalog', ...(schema === undefined ? {} : { schema }) },
  });
  return { ...model, customer: moved(model.customer), entities: model.entities.map(moved) };
}

/** The sample's model over the tables of the test lakehouse. */
export function sparkModel(): CustomerModel {
  return moveModel(sampleModel());
}
