import type { CustomerModel } from '../../../electron/domain/model.ts';
import { sampleModel } from '../../../electron/sample/sample-model.ts';
import { databricks } from '../../../electron/warehouses/databricks.ts';
import type { OpenWarehouse } from '../../../electron/warehouses/warehouse.ts';
import { type Lakehouse, startLakehouse } from '../../support/lakehouse/lakehouse.ts';
import { benchSize } from './measure.ts';

/** The catalog of the sample in the test lakehouse. */
export const SPARK_CATALOG = 'spark_catalog';

/** The sample's model over the tables of the test lakehouse. */
export function sparkModel(): CustomerModel {
  const model = sampleModel();
  const here = <T extends { table: CustomerModel['customer']['table'] }>(entity: T): T => ({
    ...entity,
    table: { ...entity.table, catalog: SPARK_CATALOG },
  });
  return { ...model, customer: here(model.customer), entities: model.entities.map(here) };
}

/** Starts a lakehouse with the sample of the benchmark's size; the large one is written once, which takes some minutes. */
export async function openSpark(): Promise<{ lakehouse: Lakehouse; warehouse: OpenWarehouse }> {
  const lakehouse = await startLakehouse({ size: benchSize() });
  try {
    const { host, port, path, certificateFile: authority, tokens } = lakehouse;
    const warehouse = await databricks.open({
      settings: { host, port, path, authority, auth: 'token' },
      secrets: { token: tokens.owner },
      home: '',
    });
    return { lakehouse, warehouse };
  } catch (error) {
    await lakehouse.stop();
    throw error;
  }
}
