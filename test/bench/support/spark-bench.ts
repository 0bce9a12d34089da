import type { OpenWarehouse } from '../../../electron/warehouses/warehouse.ts';
import { type Lakehouse, startLakehouse } from '../../support/lakehouse/lakehouse.ts';
import { openDatabricks } from '../../lakehouse/support/open-databricks.ts';
import { benchSize } from './measure.ts';

/** Starts a lakehouse with the sample of the benchmark's size; the large one is written once, which takes some minutes. */
export async function openSpark(): Promise<{ lakehouse: Lakehouse; warehouse: OpenWarehouse }> {
  const lakehouse = await startLakehouse({ size: benchSize() });
  try {
    const warehouse = openDatabricks(lakehouse);
    return { lakehouse, warehouse };
  } catch (error) {
    await lakehouse.stop();
    throw error;
  }
}
